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

/** Nest's injection and `protected` need TypeScript's modifiers anyway: private members are `private`, not `#name`. */
const privateByModifier = {
  create(context) {
    const check = (node) => {
      if (node.key.type === 'PrivateIdentifier') {
        context.report({ node, message: `Write \`private ${node.key.name}\`, not \`#${node.key.name}\`.` });
      }
    };
    return { PropertyDefinition: check, MethodDefinition: check };
  },
};

export default {
  meta: { name: 'ktrdr' },
  rules: { 'no-implicit-now': noImplicitNow, 'private-by-modifier': privateByModifier },
};
