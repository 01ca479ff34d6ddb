/** Lint rules of this repository that oxlint does not have. */

/** `new Date()` and `Date()` read the machine's clock as `Date.now()` does. */
const noImplicitNow = {
  create(context) {
    const check = (node) => {
      const isDate = node.callee.type === 'Identifier' && node.callee.name === 'Date';
      if (isDate && (node.type === 'CallExpression' || node.arguments.length === 0)) {
        context.report({
          node,
          message: 'Do not read the time here: take it from a Clock that the caller passes in.',
        });
      }
    };
    return { NewExpression: check, CallExpression: check };
  },
};

export default {
  meta: { name: 'ktrdr' },
  rules: { 'no-implicit-now': noImplicitNow },
};
