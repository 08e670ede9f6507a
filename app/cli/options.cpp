#include "app/cli/options.h"

namespace salient::cli {

namespace {

constexpr const char* kGridGroup = "Grid";
constexpr const char* kGptqGroup = "GPTQ";
constexpr const char* kAwqGroup = "AWQ";
constexpr const char* kSmoothQuantGroup = "SmoothQuant and W8A8";
constexpr const char* kWalkGroup = "Walk over the model";
constexpr const char* kCalibrationGroup = "Calibration";
constexpr const char* kEvaluationGroup = "Evaluation";

void addSwitch(CLI::App& command, const char* name, std::optional<bool>& target, const char* help, const char* group) {
    command
        .add_flag_callback(
            name, [&target] { target = true; }, help)
        ->group(group);
}

void addGptqOptions(CLI::App& command, MethodFlags& flags) {
    addSwitch(command, "--act-order", flags.act_order, "Process columns by decreasing activity", kGptqGroup);
    addSwitch(command, "--static-groups", flags.static_groups, "Take all grids before the first update", kGptqGroup);
    command.add_option("--damping", flags.damping, "Added to the Hessian's diagonal, as a fraction of its mean [0.01]")
        ->check(atLeast(0))
        ->group(kGptqGroup);
    command
        .add_option("--damping-tries", flags.damping_tries,
                    "How many dampings are tried until one suffices, each ten times the one before, up to 1 [6]")
        ->check(atLeast(1))
        ->group(kGptqGroup);
    command.add_option("--block-size", flags.block_size, "Columns between two lazy updates [128]")->check(atLeast(1))->group(kGptqGroup);
    command
        .add_option(
            "--group-parameters", flags.group_parameters,
            "When a group takes its grid: published, without the updates pending in its block, as the published code; fresh, with them "
            "[published]")
        ->check(CLI::IsMember({"published", "fresh"}))
        ->group(kGptqGroup);
}

void addAwqOptions(CLI::App& command, MethodFlags& flags) {
    command.add_option("--ratio", flags.ratio, "Use this ratio instead of searching one")->check(CLI::Range(0.0, 1.0))->group(kAwqGroup);
    command.add_option("--ratios", flags.ratios, "How many ratios are searched: 0, 1/n, … (n-1)/n [20]")
        ->check(atLeast(1))
        ->group(kAwqGroup);
    addSwitch(command, "--duo", flags.duo, "Scales from activation and weight means together", kAwqGroup);
    addSwitch(command, "--no-scale", flags.no_scale, "No scaling, only the clip", kAwqGroup);
    addSwitch(command, "--no-clip", flags.no_clip, "No clip", kAwqGroup);
    command
        .add_option("--clip", flags.clip,
                    "Cut the range of every group at this share of its largest weight, 0.05 to 1, instead of searching where")
        ->check(CLI::Range(AwqOptions::kLeastClip, 1.0))
        ->group(kAwqGroup);
    command.add_option("--clip-levels", flags.clip_levels, "How many ranges the clip search tries: 100 %, 95 %, … of the whole one [10]")
        ->check(CLI::Range(1, 20))
        ->group(kAwqGroup);
    command
        .add_option("--clip-layers", flags.clip_layers, "What is clipped: all layers; published, those that make no queries and keys [all]")
        ->check(CLI::IsMember({"all", "published"}))
        ->group(kAwqGroup);
    addSwitch(command, "--separate-loss", flags.separate_loss, "Judge scales by the first layer that shares an input, not by all",
              kAwqGroup);
}

void addSmoothQuantOptions(CLI::App& command, MethodFlags& flags) {
    command.add_option("--alpha", flags.alpha, "Share of the difficulty that moves to the weights, 0 to 1 [0.5]")
        ->check(CLI::Range(0.0, 1.0))
        ->group(kSmoothQuantGroup);
    addSwitch(command, "--alpha-search", flags.alpha_search, "Search the alpha of each group of layers", kSmoothQuantGroup);
    addSwitch(command, "--activation-only", flags.activation_only, "Scales max|x|^alpha, without the weights", kSmoothQuantGroup);
    command
        .add_option("--activation-scale", flags.activation_scale,
                    "Scale of int8 inputs: token (one per token, from that token), tensor (one for all, from calibration) [token]")
        ->check(CLI::IsMember({"token", "tensor"}))
        ->group(kSmoothQuantGroup);
}

}  // namespace

CLI::Validator atLeast(int least) {
    const std::string expected = "a number of at least " + std::to_string(least);
    return {[least, expected](const std::string& text) {
                double value = 0.0;
                const bool is_valid = CLI::detail::lexical_cast(text, value) && value >= least;
                return is_valid ? std::string() : "expected " + expected + ", found " + text;
            },
            ""};
}

void addMethodOptions(CLI::App& command, MethodFlags& flags, bool with_method) {
    if (with_method) {
        command
            .add_option(
                "--method", flags.method,
                "rtn: round to nearest. gptq: compensate each column's error in the next. awq: scale salient channels up, then clip. "
                "smoothquant: move outliers from activations to weights, W8A8. w8a8: the same without smoothing")
            ->check(CLI::IsMember(methodNames()))
            ->required();
    }
    command.add_option("--bits", flags.bits, "Bits per weight, 2 to 8 [4; smoothquant and w8a8 are always 8]")
        ->check(CLI::Range(2, 8))
        ->group(kGridGroup);
    command.add_option("--group-size", flags.group_size, "Input columns that share scale and zero point; -1: the whole row [128]")
        ->check([](const std::string& text) {
            const bool is_valid = text == "-1" || CLI::PositiveNumber(text).empty();
            return is_valid ? std::string() : "expected -1 or a positive number, found " + text;
        })
        ->group(kGridGroup);
    CLI::Option* symmetric = command
                                 .add_flag_callback(
                                     "--symmetric", [&flags] { flags.symmetric = true; }, "Zero point fixed in the middle of the grid")
                                 ->group(kGridGroup);
    command
        .add_flag_callback(
            "--asymmetric", [&flags] { flags.symmetric = false; },
            with_method ? "A zero point per group [the default of awq methods only]"
                        : "A zero point per group [the default, for all methods alike]")
        ->excludes(symmetric)
        ->group(kGridGroup);
    addSwitch(command, "--mse", flags.mse, "Shrink each range to the one with the least |w - w'|^2.4", kGridGroup);
    command.add_option("--weight-scale", flags.weight_scale, "Weights that share a scale: group, row; tensor (W8A8 only)")
        ->check(CLI::IsMember({"group", "row", "tensor"}))
        ->group(kGridGroup);

    addGptqOptions(command, flags);
    addAwqOptions(command, flags);
    addSmoothQuantOptions(command, flags);
}

void addWalkOptions(CLI::App& command, MethodFlags& flags) {
    addSwitch(command, "--true-sequential", flags.true_sequential, "Inside a block, later layers see the earlier ones quantized",
              kWalkGroup);
    command.add_option("--feed", flags.feed, "What feeds the next block: the original or the quantized block before it [original]")
        ->check(CLI::IsMember({"original", "quantized"}))
        ->group(kWalkGroup);
    addLayerOptions(command, flags);
}

void addLayerOptions(CLI::App& command, MethodFlags& flags) {
    addSwitch(command, "--norms-only", flags.norms_only, "Fold scales into norms only, not into earlier linear layers", kWalkGroup);
    command.add_option("--keep", flags.keep, "Layers that stay in 16 bits: a regular expression found in their names; may be repeated")
        ->allow_extra_args(false)
        ->group(kWalkGroup);
    command
        .add_option(
            "--override", flags.overrides,
            "Other settings for some layers: EXPRESSION:bits=8,group_size=32,method=awq,ratio=0.4,clip=0.9 or alpha=0.6; the first that "
            "matches a name counts; may be repeated")
        ->allow_extra_args(false)
        ->group(kWalkGroup);
}

void addComputeOption(CLI::App& command, std::string& compute) {
    command.add_option("--compute", compute, "Precision of the model's large products")
        ->check(CLI::IsMember({"float32", "bfloat16"}))
        ->capture_default_str();
}

void requireCalibration(const CalibrationFlags& options) {
    if (options.text.empty() && options.inputs.empty()) throw UsageError("--text or --inputs is required");
}

void addCalibrationOptions(CLI::App& command, CalibrationFlags& options, bool or_inputs) {
    CLI::Option* text = command.add_option("--text", options.text, "Calibration text: plain, or JSON lines with a \"text\" field")
                            ->required(!or_inputs)
                            ->group(kCalibrationGroup);
    if (or_inputs) {
        command
            .add_option(
                "--inputs", options.inputs,
                "In place of a text, inputs that another program captured: .safetensors or .npz with an array [tokens, in] for each "
                "layer, called as the layer; or an importance matrix of llama.cpp (rtn and awq, channels)")
            ->excludes(text)
            ->group(kCalibrationGroup);
    }
    command.add_option("--n-samples", options.n_samples, "Windows of the text to run")
        ->check(atLeast(1))
        ->capture_default_str()
        ->group(kCalibrationGroup);
    command.add_option("--seq-len", options.seq_len, "Tokens per window [2048, or the model's positions if fewer]")
        ->check(atLeast(1))
        ->group(kCalibrationGroup);
    command
        .add_option(
            "--windows", options.windows,
            "Which windows: random (seeded, not overlapping), stream (the first ones), bos-windows (the first ones, each behind a BOS)")
        ->check(CLI::IsMember({"random", "stream", "bos-windows"}))
        ->capture_default_str()
        ->group(kCalibrationGroup);
    addComputeOption(command, options.compute);
}

void addMemoryOption(CLI::App& command, std::int64_t& max_memory_bytes) {
    command
        .add_option("--max-memory", max_memory_bytes,
                    "Refuse a job that is forecast to need more memory, and stop one that holds more: bytes, or 900M, 4G (powers of 1024); "
                    "mapped files are not counted [no limit]")
        ->transform(CLI::AsSizeValue(false));
}

void addResumeOption(CLI::App& command, bool& resume) {
    command.add_flag("--resume", resume,
                     "Go on after the last finished block of the same job, which was interrupted, died or failed, with the same bits");
}

void addUnfinishedOption(CLI::App& command, std::string& directory) {
    command.add_option("--unfinished", directory,
                       "Directory for finished runs and blocks, from which --resume goes on; removed when the job is done [hidden, beside "
                       "the first export or the report; nothing is kept where neither is written]");
}

SampleSpec sampleSpec(const CalibrationFlags& options, const CommonOptions& common) {
    SampleSpec spec;
    spec.n_samples = options.n_samples;
    spec.seq_len = options.seq_len;
    spec.seed = common.seed.value_or(0);
    spec.choice = options.windows == "random"   ? SampleSpec::Choice::Random
                  : options.windows == "stream" ? SampleSpec::Choice::Stream
                                                : SampleSpec::Choice::BosWindows;
    return spec;
}

const char* computeName(Compute compute) noexcept { return compute == Compute::Float32 ? "float32" : "bfloat16"; }

Compute computeFromName(const std::string& name) { return name == "bfloat16" ? Compute::BFloat16 : Compute::Float32; }

void addEvaluationOptions(CLI::App& command, EvaluationFlags& options, bool beside_calibration, bool is_required) {
    command.add_option(beside_calibration ? "--eval-text" : "--text", options.text, "Text whose perplexity is measured")
        ->required(is_required)
        ->group(kEvaluationGroup);
    command
        .add_option("--protocol", options.protocol,
                    "stream: one BOS at the start, windows scored on seq_len - 1 tokens each, as published. "
                    "bos-windows: every window behind a BOS and scored on all its tokens. "
                    "second-half: as llama-perplexity, every window behind a BOS, if the tokenizer adds one, and scored on its second half")
        ->check(CLI::IsMember(perplexityProtocolNames()))
        ->capture_default_str()
        ->group(kEvaluationGroup);
    command
        .add_option(beside_calibration ? "--eval-seq-len" : "--seq-len", options.seq_len,
                    beside_calibration ? "Tokens per window [as --seq-len]" : "Tokens per window [2048, or the model's positions if fewer]")
        ->check(atLeast(0))
        ->group(kEvaluationGroup);
    command.add_option("--max-chars", options.max_chars, "Use only so many characters of the text; 0: all")
        ->check(atLeast(0))
        ->capture_default_str()
        ->group(kEvaluationGroup);
    command.add_option("--n-windows", options.n_windows, "Use at most so many windows; 0: all")
        ->check(atLeast(0))
        ->capture_default_str()
        ->group(kEvaluationGroup);
}

PerplexitySpec perplexitySpec(const EvaluationFlags& options, Index default_seq_len) {
    PerplexitySpec spec;
    spec.protocol = perplexityProtocolFromName(options.protocol);
    spec.seq_len = options.seq_len.value_or(default_seq_len);
    spec.max_chars = options.max_chars;
    spec.n_windows = options.n_windows;
    return spec;
}

}  // namespace salient::cli
