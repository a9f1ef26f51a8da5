/** Who may import whom (ARCHITECTURE.md). A test plants a breach of each rule and expects it to be found. */
const sdk =
  "node_modules/(@aws-sdk|@smithy|@slack|@azure|@google-cloud|botbuilder|better-sqlite3|node-cron|hono|@hono|prom-client)";
const from = (path, more = {}) => ({ path, ...more });
const forbid = (name, source, target, comment) => ({ name, severity: "error", comment, from: source, to: target });
const outside = (...allowed) => ({
  pathNot: allowed.map((path) => `^${path}`),
  path: "^(src|checks|commands|remediations|node_modules)",
});

module.exports = {
  forbidden: [
    forbid(
      "no-cycles",
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
      "A cycle has no bottom to start reading from.",
    ),
    forbid("domain-imports-nothing", from("^src/domain/"), outside("src/domain/"), "The language stands alone."),
    forbid(
      "posture-is-pure",
      from("^src/posture/"),
      outside("src/(posture|domain)/", "src/config/schema\\.ts"),
      "Engine: domain only.",
    ),
    forbid(
      "cards-are-pure",
      from("^src/cards/"),
      outside("src/(cards|domain|posture)/", "src/config/schema\\.ts"),
      "Cards: domain only.",
    ),
    forbid(
      "plug-ins-are-pure",
      from("^(checks|remediations)/", { pathNot: "registry\\.generated\\.ts$" }),
      outside("src/domain/", "src/cloud/[a-z]+/[a-z0-9-]+\\.ts$", "checks/"),
      "Checks and remediations: domain and a cloud's own types and knowledge; no SDK, no I/O.",
    ),
    forbid(
      "plug-ins-do-no-io",
      from("^(checks|remediations)/"),
      { dependencyTypes: ["core"] },
      "A plug-in that reads a file is not pure.",
    ),
    forbid(
      "flows-know-ports-only",
      from("^src/flows/"),
      outside(
        "src/(flows|domain|posture|cards|audit)/",
        "src/cloud/cloud\\.ts",
        "src/chat/chat\\.ts",
        "src/store/store\\.ts",
        "src/clock/clock\\.ts",
        "src/config/schema\\.ts",
      ),
      "Flows work with ports, whatever stands behind them.",
    ),
    forbid(
      "commands-know-flows",
      from("^commands/", { pathNot: "registry\\.generated\\.ts$" }),
      outside("src/(flows|domain|cards|posture)/", "src/store/store\\.ts", "src/chat/chat\\.ts", "commands/"),
      "Commands: flows and cards.",
    ),
    forbid(
      "implementations-are-chosen-in-one-place",
      from("^(src|commands|checks|remediations)/", {
        pathNot: [
          "^src/(main|demo|clouds)\\.ts$",
          "^src/cli",
          "^src/demo/",
          "^src/(cloud/aws/sdk|cloud/aws/memory|chat/slack|store/sqlite|clock/cron|clock/manual)/",
        ],
      }),
      {
        path: "^src/(cloud/aws/(sdk|memory)|chat/slack|store/sqlite|clock/(cron|manual))/",
        dependencyTypesNot: ["type-only"],
      },
      "Only composition roots pick implementations.",
    ),
    forbid(
      "sdks-live-in-adapters",
      from("^(src|commands|checks|remediations)/", {
        pathNot: ["^src/(cloud/[a-z]+/sdk|chat/[a-z]+|store/[a-z]+|clock/[a-z]+|web|demo)/", "^src/demo\\.ts$"],
      }),
      { path: sdk, dependencyTypesNot: ["type-only"] },
      "Everything else stays the same when an SDK changes.",
    ),
    forbid(
      "no-cloud-sdk-in-the-demo",
      from("^src/demo(/|\\.ts$)"),
      { path: "node_modules/(@aws-sdk|@azure|@google-cloud)", dependencyTypesNot: ["type-only"] },
      "The demo reaches no cloud.",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|test|src/dev)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { conditionNames: ["source", "import", "node", "default"], exportsFields: ["exports"] },
  },
};
