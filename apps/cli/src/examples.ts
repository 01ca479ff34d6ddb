import type { OperationType } from '@ktrdr/contracts';

/** Examples of the help, by the words of the command; '' is `ktrdr --help`. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  '': [
    'ktrdr data sample AAPL 1m --start-date 2023-12-01 --end-date 2024-03-29',
    'ktrdr models train strategies/test_strategy.yaml --start-date 2024-01-01 --end-date 2024-01-02',
    'ktrdr operations list --status failed --since 1d',
  ],
  'models train': [
    'ktrdr models train strategies/test_strategy.yaml',
    'ktrdr models train strategies/test.yaml MSFT 1h --seed 7',
    'ktrdr models train a.yaml b.yaml c.yaml --start-date 2024-01-01',
  ],
  'models list': ['ktrdr models list --sort edge', 'ktrdr models list --watch'],
  'models show': ['ktrdr models show test_strategy/1h_v3 --verbose'],
  'models compare': ['ktrdr models compare test_strategy/1h_v1 test_strategy/1h_v2'],
  'models predict': [
    'ktrdr models predict test_strategy/1h_v3 --last 3',
    'ktrdr models predict test_strategy/1h_v3 --symbol MSFT --end-date 2024-03-01',
  ],
  'models backtest': [
    'ktrdr models backtest test_strategy/1h_v3',
    'ktrdr models backtest test_strategy/1h_v3 --commission 5 --trades trades.csv',
  ],
  'models delete': ['ktrdr models delete test_strategy/1h_v3'],
  'operations list': [
    'ktrdr operations list --watch',
    'ktrdr operations list --status failed,cancelled --type training --since 1d',
    'ktrdr operations list --search AAPL --quiet',
  ],
  'operations show': ['ktrdr operations show op_training_20261130T101500_k3f9 --verbose'],
  'operations follow': ['ktrdr operations follow op_training_20261130T101500_k3f9'],
  'operations cancel': [
    'ktrdr operations cancel op_training_20261130T101500_k3f9 --reason "wrong dates"',
    'ktrdr operations cancel --type training --search AAPL',
  ],
  'operations resume': [
    'ktrdr operations resume op_training_20261130T101500_k3f9',
    'ktrdr operations resume --status cancelled --since 2h --yes',
  ],
  'operations retry': [
    'ktrdr operations retry op_training_20261130T101500_k3f9',
    'ktrdr operations retry --status failed --type training --since 1d',
  ],
  'operations prune': ['ktrdr operations prune --older-than 30'],
  'strategies list': ['ktrdr strategies list'],
  'strategies validate': ['ktrdr strategies validate strategies/test_strategy.yaml'],
  'strategies migrate': ['ktrdr strategies migrate old.yaml > new.yaml'],
  'indicators list': ['ktrdr indicators list'],
  'indicators compute': [
    'ktrdr indicators compute rsi --symbol AAPL --timeframe 1h --params period=21',
    'ktrdr indicators compute macd --symbol AAPL --timeframe 1h --json > macd.json',
  ],
  'data import': [
    'ktrdr data import prices.csv ACME',
    'ktrdr data import exports/ --timezone America/New_York --save-profile broker',
  ],
  'data profiles': ['ktrdr data profiles', 'ktrdr data profiles --delete broker'],
  'data list': ['ktrdr data list'],
  'data show': ['ktrdr data show AAPL 1h'],
  'data check': ['ktrdr data check AAPL'],
  'data sample': [
    'ktrdr data sample MSFT 1h --start-date 2023-01-01 --end-date 2024-12-31',
    'ktrdr data sample SP500 1d',
  ],
  'data download': ['ktrdr data download BTC/USDT 1h --source binance --start-date 2024-01-01'],
  'data sources': ['ktrdr data sources'],
  'data export': ['ktrdr data export AAPL 1h aapl.csv --start-date 2024-01-01'],
  'data resample': ['ktrdr data resample AAPL 1m 5m,1h --timezone America/New_York'],
  'data delete': ['ktrdr data delete ACME 1d'],
  hosts: ['ktrdr hosts', 'ktrdr hosts --watch'],
  open: [
    'ktrdr open',
    'ktrdr open op_training_20261130T101500_k3f9',
    'ktrdr open test_strategy/1h_v3 --print',
  ],
  doctor: ['ktrdr doctor', 'ktrdr doctor --json'],
  'config show': ['ktrdr config show'],
  'config get': ['ktrdr config get api_url'],
  'config set': ['ktrdr config set api_url https://ktrdr.example:8000', 'ktrdr config set color never'],
  'config unset': ['ktrdr config unset api_url'],
  login: ['ktrdr login', 'ktrdr login < token.txt'],
  logout: ['ktrdr logout'],
  'token create': ['ktrdr token create --role operate --name alice'],
  'token list': ['ktrdr token list'],
  'token revoke': ['ktrdr token revoke alice'],
  'audit list': ['ktrdr audit list --caller alice --outcome refused'],
  'notify add': ['ktrdr notify add https://example.com/ktrdr --on completed,failed,edge'],
  'notify list': ['ktrdr notify list'],
  'notify remove': ['ktrdr notify remove wh_k3f9a1b2c4'],
  'notify test': ['ktrdr notify test wh_k3f9a1b2c4'],
  mcp: ['ktrdr mcp'],
  completion: [
    'source <(ktrdr completion bash)',
    'ktrdr completion zsh > ~/.zfunc/_ktrdr',
    'ktrdr completion fish | source',
  ],
  'dummy start': ['ktrdr dummy start --iterations 5 --duration 0.2'],
};

/** The command that starts an operation of a type. */
export const START_COMMANDS: Readonly<Record<OperationType, string>> = {
  training: 'ktrdr models train FILE',
  backtest: 'ktrdr models backtest MODEL',
  import: 'ktrdr data import FILE',
  download: 'ktrdr data download SYMBOL --source NAME',
  dummy: 'ktrdr dummy start',
};
