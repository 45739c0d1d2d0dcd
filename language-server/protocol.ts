/**
 * What crosses the borders of the language server: the versioned report and the custom requests.
 *
 * `extension/` and `webview/` import this file as types alone, so it holds no code but the names of the methods.
 */

/** Zero-based line and UTF-16 code unit, as in the language server protocol. */
export interface Position {
  line: number;
  character: number;
}

/** Half-open: `end` is the first position after the text. */
export interface Range {
  start: Position;
  end: Position;
  /** In reports on notebooks: the code cell that the lines are counted in; the first is 0, cells of text do not count. */
  cell?: number;
}

/** A depth scale in layers. `'infinity'` is an answer (criticality); `null` says that it is not known. */
export type DepthScale = number | 'infinity' | null;

/** Mean-field phase of random networks. Poole et al. 2016, arXiv:1606.05340. */
export type Phase = 'ordered' | 'critical' | 'chaotic';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

export interface Report {
  schema: 1;
  tool: { name: string; version: string };
  files: FileReport[];
}

export interface FileReport {
  file: string;
  framework: string | null;
  /** What keeps the whole file from being analysed as it stands: size, nesting, syntax, budget. */
  problems: Problem[];
  models: ModelReport[];
}

export interface Problem {
  message: string;
  range: Range;
}

export interface ModelReport {
  /** Class name, or the variable that holds an anonymous `nn.Sequential`. */
  name: string;
  /** The call that was followed, without arguments: a factory (`vgg16`), else the class. */
  entry: string;
  framework: string;
  /** Where the model is defined: the name in its class statement, or the variable. */
  range: Range;
  arguments: { name: string; value: string; source: string }[];
  /** Arguments that nobody gives and that are taken as one of what the code names: another one would make another model. Absent: none. */
  chosen?: { name: string; value: string }[];
  /** Layers with weights in definition order, as `named_modules()` lists them. */
  layers: LayerReport[];
  graph: { nodes: GraphNodeReport[]; edges: [from: number, to: number][] };
  /** The very network, in forward order. */
  propagation: PropagationPoint[];
  summary: Summary;
  findings: Finding[];
  /** The name in the class statement of the model, also where a factory makes it; absent or `null` without a class in this file. */
  definition?: Range | null;
  /** Where an edit can add code that runs after all layers are made; absent or `null` where there is no such place. */
  initializerSite?: InitializerSite | null;
  /** What comes out of a last dense layer of random weights, without an activation behind it; absent or `null` elsewhere. */
  logits?: Logits | null;
  /** What initializers did not reach, and what no optimizer will. */
  reach?: Reach;
  /** The calls that make its dropout and that initialize its tensors, where they stand in this file. */
  calls?: CallReport[];
}

/** A call as it is written, where an edit may change it. */
export interface CallReport {
  range: Range;
  /** What is called: `nn.init.kaiming_normal_`. */
  callee: { text: string; range: Range };
  /** In the order in which they are written. `name` is that of a keyword, `'*'` for unpacking, else `null`; the rest is about the value. */
  arguments: { name: string | null; text: string; range: Range }[];
  /** How many trainable tensors it writes, and the least number of their dimensions; `null` where that is not known. */
  tensors: number;
  dimensions: number | null;
}

export interface Logits {
  /** The layer that they come from. */
  path: string;
  classes: number;
  /** Variance of an output over draws of the weights, for an input of second moment 1. */
  variance: number;
  /** The weight is that of a table of embeddings as well. */
  tied: boolean;
}

/** Facts about the reach of initializers that no single layer shows. */
export interface Reach {
  /** Trainable tensors whose contents are undefined, with the place of their allocation. */
  undefinedTensors: UndefinedReport[];
  /** Layers that `forward` uses although no module registers them. */
  unregistered: UnregisteredReport[];
  /** Constants that a later initializer replaces, one entry a call that wrote them. */
  overwritten: OverwrittenReport[];
  /** Lists of layers whose random weights start equal, because they are copies of one layer. */
  copies: CopiesReport[];
  /** Initializers that nothing calls, while the weights they are about keep the framework's default. */
  uncalled: UncalledReport[];
  /** Walks over modules or parameters that initialize and surely miss layers. */
  leftOut: LeftOutReport[];
  /** Conditions on names in initializers that never hold, although they would for the full names. */
  nameTests: NameTestReport[];
  /** Tensors whose gradients stay zero, because factors of a product are zero together. */
  zeroGradients: ZeroGradientReport[];
}

export interface ZeroGradientReport {
  /** All tensors that never get a gradient. */
  paths: string[];
  /** Those of them that are zero factors, with the place that made them so. */
  causes: { path: string; range: Range }[];
}

export interface UndefinedReport {
  path: string;
  range: Range;
  /** An initializer that nothing in the file calls, and that would write it. */
  unless?: string;
  /** Where its own class can call that, without arguments. */
  site?: ConstructorEnd | null;
}

export interface UncalledReport {
  /** `_init_weights`. */
  name: string;
  /** Its name in the definition. */
  range: Range;
  /** How many weights keep the default. */
  count: number;
  /** Who gave these their values: `PyTorch default`. */
  kept: string;
  /** It wants a module, as `apply` gives it. */
  takesModule: boolean;
  /** The class that defines the method, where the module that has it is of that very class and has all that the method asks of it. */
  owner: string | null;
  /** False for a function outside of classes. */
  method: boolean;
  /** Where that class can call it. */
  site?: ConstructorEnd | null;
}

export interface LeftOutReport {
  /** `self.apply(init_weights)`, `self.children()`. */
  initializer: string;
  range: Range;
  /** It goes one level deep, the layers are made after it, or it writes nothing at all. */
  why: 'deeper' | 'later' | 'nothing';
  /** How many layers of the same kinds it does initialize. */
  reached: number;
  /** Kinds of the layers that it misses. */
  kinds: string[];
  /** Layers that it misses. */
  paths: string[];
  /** Who gave these their weights: `PyTorch default`. */
  kept: string;
}

export interface NameTestReport {
  /** The condition: `name.endswith('c_proj.weight')`. */
  text: string;
  range: Range;
  /** Some of the names that it was asked about. */
  names: string[];
  /** These are full names, as `named_parameters()` of the whole model gives them. */
  full: boolean;
  /** Tensors for whose full names it holds, as far as it is about their end. */
  paths: string[];
}

export interface OverwrittenReport {
  /** The tensors that it wrote in vain. */
  paths: string[];
  /** The call that wrote first. */
  call: string;
  range: Range;
  /** The call that wins. */
  winner: string;
  winnerRange: Range;
  /** The call loaded saved weights. */
  loaded?: boolean;
  /** The winner calculates the tensors anew from others before each use. */
  recomputed?: boolean;
}

export interface CopiesReport {
  /** Path of the list: `encoder.layers`. */
  path: string;
  /** How many copies there are. */
  count: number;
  /** Weights of one copy that equal those of the others: `linear1.weight`. */
  tensors: string[];
  /** Where the copied layer is made. */
  range: Range;
}

export interface UnregisteredReport {
  /** Path of the attribute that keeps them. */
  path: string;
  container: 'list' | 'tuple' | 'dict';
  /** Where the attribute is assigned. */
  range: Range;
  /** One entry a layer: `Linear`. */
  kinds: string[];
  /** The list, tuple or dictionary itself, where a registered one can take its place: all members are modules, all uses known. */
  value?: { range: Range; keys: string[] } | null;
}

/** Where code can be added to the end of the constructor of a class. */
export interface ConstructorEnd {
  /** In a notebook it is in the cell of `ModelReport.definition`. */
  position: Position;
  /** White space before a statement there. */
  indent: string;
  lineEnd: string;
  /** First parameter of the constructor. */
  self: string;
}

/** The end of the constructor of a model, and the name by which the code there calls the framework. */
export interface InitializerSite extends ConstructorEnd {
  /** What stands before the name of a layer type: `nn`, `torch.nn`. */
  namespace: string;
}

export interface LayerReport {
  /** As the framework names it: `features.0`, `layer1.0.conv1`. */
  path: string;
  /** The framework's name of the layer type, without its module: `Linear`, `Conv2d`. */
  kind: string;
  range: Range;
  /** The framework's own fans; `null` where they depend on an unknown width. */
  fanIn: number | null;
  fanOut: number | null;
  /** Number of weights truly summed into one output unit; differs from `fanIn` for transposed convolutions. */
  summands: number | null;
  weight: WeightReport | null;
  bias: BiasReport | null;
  /** First activation that the output reaches along the data flow, for instance `relu`. */
  activation: string | null;
  activationParameters: Record<string, number>;
  /** Probability that a unit survives the dropout between this layer and the next; 1 without dropout. */
  keep: number;
  /** Groups of a convolution, each of which sums its own inputs; absent: 1. */
  groups?: number;
  /** Constant that multiplies the output before its activation, 30 in `sin(30 * fc(x))`; absent: 1. `local` counts it in. */
  factor?: number;
  /** True where the output is normalized before it reaches an activation or the next layer, so that σ_w² cancels and `local` does not hold. */
  normalized?: boolean;
  /** Its weight holds the matrices of query, key and value, so that fan-out counts all three. */
  packed?: boolean;
  /** Of a recurrent layer with a gate that forgets: the mean of all biases that are added there; `null` where it is not known. */
  forgetBias?: number | null;
  /** Of a recurrent layer: factor on squared gradients from one step to the one before, after some steps; absent where it is not known. */
  chiTime?: number;
  /** Its output is what the model returns, or what a sigmoid reads: logits, if anything. */
  logits?: boolean;
  /** This layer with its activation, repeated for ever. */
  local: LocalTheory | null;
}

export interface Distributed {
  /** Family: `normal`, `uniform`, `truncated-normal`, `orthogonal`, `zeros`, `constant`, … */
  distribution: string;
  mean: number | null;
  variance: number | null;
  /** Who wrote it, in a few words: `PyTorch default`, `kaiming_normal_ (line 12)`. */
  source: string;
  /** Where that writer stands; `null` for a default. */
  sourceRange: Range | null;
  /** The variance as a formula, for instance `1/(3·fan_in)`. */
  formula: string | null;
  /** Arguments of the call that the formula does not tell: `a` and `nonlinearity` of a gain, `std` and the bounds of a truncated normal. */
  given?: Record<string, number | string>;
  /** The framework's own code wrote it, where the layer is made. */
  byFramework?: boolean;
  /** Nobody but the framework wrote it, as far as can be known. */
  kept?: boolean;
  /** A call drew it anew by the very law that the layer's own constructor has. */
  redrawn?: boolean;
  /** Saved weights took its place. */
  loaded?: boolean;
}

export interface WeightReport extends Distributed {
  /** σ_w² = summands · E[W²]. Known also for symbolic widths where the initializer is scaled by the fan. */
  sigmaW2: number | null;
}

/** σ_b² = E[b²] = variance + mean². */
export type BiasReport = Distributed & { sigmaB2: number | null };

export interface LocalTheory {
  qStar: number | 'infinity' | null;
  /** χ₁ = σ_w² E[φ′(√q* z)²] / keep. */
  chi1: number | null;
  cStar: number | null;
  xiQ: DepthScale;
  xiC: DepthScale;
  xiGrad: DepthScale;
  phase: Phase | null;
  /** The (σ_w², σ_b²) that makes this activation critical, by name of the initializer where there is one. */
  critical: CriticalPoint | null;
}

export interface CriticalPoint {
  sigmaW2: number;
  sigmaB2: number;
  qStar: number;
  /** False where the fixed point on the line χ₁ = 1 repels (GELU, SiLU, Mish at small q*). */
  attracting: boolean;
}

export interface GraphNodeReport {
  id: number;
  kind: string;
  /** Framework's name of the operation: `Conv2d`, `relu`, `add`. */
  operation: string;
  path: string;
  range: Range;
  shape: (number | null)[] | null;
}

export interface PropagationPoint {
  path: string;
  operation: string;
  range: Range;
  /** Second moment of this node's output for an input of second moment 1. */
  q: number | 'infinity' | null;
  /** Correlation of this node's outputs for two inputs. */
  c: number | null;
  /** Factor on the mean squared gradient norm from this layer's output to that of the layer before it. */
  chi: number | null;
  /** ln of the part of `chi` that means and sums over positions make up; absent: none. */
  taken?: number;
  /** Mean squared gradient with respect to this node's output, relative to that at the network's output or at `Summary.gradientReference`. */
  gradient: number | null;
  /** ln of `gradient`, which survives where the number itself would under- or overflow. */
  logGradient: number | null;
  /** How far one draw of the weights lies from these numbers; absent or `null` where that is not known. */
  band?: Band | null;
}

/** How log₁₀ of a number spreads over draws of the weights, each with an input of its own, to first order in 1/width. */
export interface Spread {
  /** What is typical lies so far above log₁₀ of the number itself, which belongs to infinite width: mostly below 0. */
  shift: number;
  /** Standard deviation. */
  deviation: number;
}

export interface Band {
  q: Spread | null;
  gradient: Spread | null;
}

export interface Summary {
  mode: 'train' | 'eval';
  phase: Phase | null;
  /** χ₁ of the typical layer: the median over the layers that feed an activation. */
  chi1: number | null;
  xiC: DepthScale;
  xiQ: DepthScale;
  xiGrad: DepthScale;
  /** Number of weight layers on the longest path from input to output. */
  depth: number;
  /** 6 ξ_c. Schoenholz et al. 2017, arXiv:1611.01232. */
  trainableDepth: DepthScale;
  /** log₁₀(‖∂f/∂W_last‖ / ‖∂f/∂W_first‖): positive where gradients vanish towards the input. */
  log10GradientRatio: number | null;
  /**
   * log₁₀(‖∂f/∂h_first‖²/‖∂f/∂h_last‖²), squared norms over all entries at the outputs of the first and the last weight layer: negative where
   * gradients vanish towards the input, Σ log₁₀ χ in a chain. Norms do not see ratios of widths, single entries would. The ratio of weight
   * gradients is 0 in homogeneous networks without biases although everything vanishes; this one is not.
   */
  log10ActivationGradient: number | null;
  /** log₁₀ of the part of it that means and sums over positions make up; absent: none. */
  log10TakenByMeans?: number;
  /** Weight layer that `gradient` of points is relative to; absent: the network's output, which has a number of entries that is known. */
  gradientReference?: string;
  /** log₁₀ of the second moment of the network's output, relative to that of its input. */
  log10SignalRatio: number | null;
  /** The blocks that the network repeats, where gradients could be followed through them. */
  blocks: BlockStack[];
  /** Singular values of the network's Jacobian; `null` where the theory has no law for them, with the reason among the assumptions. */
  isometry: Isometry | null;
  /** How much one draw of the weights differs from another; `null` where widths are not known, or what joins the layers. */
  uncertainty: Uncertainty | null;
  /** One sentence that a user without the theory can act on. */
  verdict: string;
  assumptions: string[];
  unknown: Unknown[];
}

/** Residual blocks of the same make, one after the other, that all signals pass. */
export interface BlockStack {
  /** Paths of the modules in whose `forward` the first and the last block end; where that is one and the same, of their first weights. */
  first: string;
  last: string;
  count: number;
  /** Factor on the squared norm of the gradient from a block's output to its input: the geometric mean over the stack. */
  chi: number;
  /** Factor on the mean square of the signal from a block's input to its output. */
  signal: number | null;
  /**
   * How gradients change with the number of blocks: by less than a factor 2 in all, by the same factor in each, or by a power of the
   * number because each block changes the stream less than the one before it; `null` where it is none of these, or cannot be told.
   */
  law: 'bounded' | 'exponential' | 'power' | null;
  /** log₁₀ of the factor on the squared norm of the gradient over the whole stack. */
  log10Gradient: number;
}

/** How figures of the whole network spread over draws of its weights. */
export interface Uncertainty {
  /** Standard deviation of `log10ActivationGradient`, a squared norm. */
  log10Gradient: number;
  activationGradient?: Spread;
  gradientRatio?: Spread | null;
  signalRatio?: Spread | null;
  /** What the numbers are worth for one network: right within a factor of 1.6, within one of 3, or a matter of its seed. */
  trust?: 'reliable' | 'order-of-magnitude' | 'seed-dependent';
}

/**
 * How evenly the Jacobian J passes changes of its input on, in all directions: dynamical isometry is a spectrum in one point. J goes from the
 * input of the first weight layer to the features that a last, narrowing layer reads (`readout`), else to the last weights with what follows
 * them. Moments m_k are means of λ^k over the squared singular values λ of J. Pennington et al. 2017, arXiv:1711.04735; 2018, arXiv:1802.09979.
 */
export interface Isometry {
  /** (1/depth) ln m₁: growth of the mean squared singular value in a layer; 0 is ideal. Without widths of wide ends, per output. */
  mean: number;
  /** σ²_rel = m₂/m₁² − 1: 0 is ideal, above 2 broad; `null` where ratios of widths are not known. */
  variance: number | null;
  /** s_max/√m₁: the largest singular value relative to their root mean square; `null` where it is not known or has no bound. */
  max: number | null;
  /** 1/(1 + σ²_rel) = m₁²/m₂, in (0, 1]: the share of directions that a spectrum of equal values would have to use. */
  score: number | null;
  /** The variance with orthogonal weights of the same σ_w² (of convolutions: delta-orthogonal); `null` where they are, or where it is not known. */
  orthogonal: number | null;
  /** Weight layers that J passes. */
  depth: number;
  /** How many singular values J has; `null` for symbolic widths. */
  singularValues: number | null;
  /** Path of the last layer, where it is left out because it only reads the features. */
  readout: string | null;
}

export interface Unknown {
  reason: string;
  range: Range;
  path: string | null;
}

export interface Finding {
  rule: string;
  severity: Severity;
  message: string;
  range: Range;
  /** Other places that belong to it, for instance the layer that starts the decay. */
  related: { message: string; range: Range }[];
  fix: Fix | null;
}

/** An edit of the analysed file that makes the finding go away. */
export interface Fix {
  title: string;
  edits: { range: Range; newText: string }[];
}

// --- Custom requests and notifications between extension and language server -------------------------------------

/** `ReportRequest` → `ReportAnswer | null`: the last finished analysis of an open document. */
export const reportMethod = 'meanfield/report';
export interface ReportRequest {
  uri: string;
}
export interface ReportAnswer {
  uri: string;
  version: number;
  report: FileReport;
  /** Of a notebook: the URIs of its code cells, which `Range.cell` counts. */
  cells?: string[];
}

/** `ChartsRequest` → `Charts | null`: what the panel draws beside the report, computed on demand. */
export const chartsMethod = 'meanfield/charts';
export interface ChartsRequest {
  uri: string;
  /** Index into `FileReport.models`. */
  model: number;
}
export interface Charts {
  /** One plane an activation that the model uses. */
  phasePlanes: PhasePlane[];
  spectrum: JacobianSpectrum | Missing;
  /** A circle of inputs behind each layer, in forward order. */
  circle: { points: CirclePoint[] } | Missing;
}
export interface Missing {
  /** Why there is nothing to draw, as the end of a sentence. */
  missing: string;
}
/** Distribution of the singular values of the Jacobian of `Isometry`, all relative to their root mean square √m₁. */
export interface JacobianSpectrum {
  /** Rising; the continuous part ends at the last one. Empty where the spectrum is atoms alone. */
  s: number[];
  /** Density of the continuous part in s. */
  density: number[];
  /** Share of all singular values below each s. */
  below: number[];
  /** Point masses, rising; s = 0 is what the network does not pass at all. */
  atoms: { s: number; share: number }[];
  max: number;
  /** s below which 5 %, 50 % and 95 % of the singular values lie. */
  quantiles: [low: number, median: number, high: number];
  /** Share of the singular values within 10 % of the root mean square. */
  near: number;
  /** log₁₀ √m₁ */
  log10RootMeanSquare: number;
}
/** Poole et al. 2016, arXiv:1606.05340. */
export interface CirclePoint {
  /** Of the layer. */
  path: string;
  /** ln of the length relative to that of the circle of inputs. */
  logLength: number;
  /** How many times more the curve turns than a circle, √g^G; `'infinity'` where it has corners. */
  turning: number | 'infinity';
  /** Corners that each unit behind this layer adds on one way round; `null` for activations without. */
  corners: number | null;
}
export interface PhasePlane {
  activation: string;
  activationParameters: Record<string, number>;
  keep: number;
  /** The curve χ₁ = 1, by rising σ_b². Empty where the activation has no critical initialization. */
  criticalLine: { sigmaW2: number; sigmaB2: number; qStar: number; attracting: boolean }[];
  /** Why the line is empty or a single point. */
  note: string | null;
  /** χ₁ at the reached fixed point, row-major: `chi1[row * sigmaW2.length + column]`, rows follow `sigmaB2`. `null`: q diverges. */
  grid: { sigmaW2: number[]; sigmaB2: number[]; chi1: (number | null)[] };
  /** Layers of the model with this activation, as indices into `ModelReport.layers`. */
  layers: number[];
}

/** `SimulateRequest` → `Simulation | null`: draws the model again and again and runs it. It takes seconds, and may be cancelled. */
export const simulateMethod = 'meanfield/simulate';
export interface SimulateRequest {
  uri: string;
  /** Index into `FileReport.models`. */
  model: number;
}

/** Sent by the server after each draw. */
export const simulationProgressMethod = 'meanfield/simulationProgress';
export interface SimulationProgress {
  uri: string;
  model: number;
  done: number;
  draws: number;
}

/** What random networks of a model's law do: the referee of the theory. */
export interface Simulation {
  draws: number;
  /** Factor on the numbers of channels, less than 1 where the model itself would take too long. */
  width: number;
  /** Side of the feature maps at the input; `null` without maps. */
  mapSize: number | null;
  /** One entry a point of `ModelReport.propagation`. */
  points: SimulatedPoint[];
  /** Where it had to stop, and why. */
  stops: string[];
}

export interface SimulatedPoint {
  /** log₁₀ of `PropagationPoint.q`, in maps of the report's size as far as the theory tells how they matter. */
  q: Measured | null;
  c: Measured | null;
  /** log₁₀ of `PropagationPoint.gradient`. */
  gradient: Measured | null;
  /** What the theory expects of a typical draw, as decimal logarithms. */
  expected: { q: number | null; gradient: number | null };
}

/** Over draws. */
export interface Measured {
  mean: number;
  deviation: number;
}

/** Sent by the server when a document has a new report. */
export const reportChangedMethod = 'meanfield/reportChanged';
export interface ReportChanged {
  uri: string;
  version: number;
  /** How many models the report has: commands are offered where there is one. */
  models: number;
}

/** Sent by the server for the status item. */
export const statusMethod = 'meanfield/status';
export interface ServerStatus {
  state: 'ready' | 'busy' | 'limited' | 'error';
  message: string;
  /** Time of the last analysis. */
  milliseconds: number | null;
}

/** An assumption that a verdict asks for: gradients pass such attention in a way that only the number tells. */
export const unknownTokens = 'The number of tokens that attend to each other is not known and taken as large.';

/** Command of the code lens; arguments: document URI, index of the model. */
export const analyzeCommand = 'meanfield.analyze';

// --- Messages between panel host and webview ---------------------------------------------------------------------

export type ToWebview =
  | { type: 'report'; file: string; version: number; report: FileReport; model: number }
  | { type: 'charts'; version: number; model: number; charts: Charts }
  | { type: 'simulating'; model: number; done: number; draws: number }
  /** `null` with the reason where there is no result. */
  | { type: 'simulation'; version: number; model: number; simulation: Simulation | null; reason: string | null }
  /** The document changed and its new report is not there yet. */
  | { type: 'stale' }
  | { type: 'error'; message: string };

export type FromWebview =
  | { type: 'ready' }
  | { type: 'selectModel'; model: number }
  /** Reveal the source line of a layer, a finding or an unknown by its index: the webview never sends text, ranges or URIs. */
  | { type: 'revealLayer'; model: number; layer: number }
  | { type: 'revealFinding'; model: number; finding: number }
  /** An index into `Summary.unknown`. */
  | { type: 'revealUnknown'; model: number; unknown: number }
  | { type: 'simulate'; model: number }
  | { type: 'cancelSimulation' }
  | { type: 'retry' }
  | { type: 'showOutput' };
