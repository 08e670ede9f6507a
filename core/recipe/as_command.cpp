#include <algorithm>

#include "core/recipe/method_flags.h"
#include "core/recipe/recipe.h"

namespace salient {

namespace {

/// A word as a POSIX shell takes it.
std::string quoted(const std::string& word) {
    const bool is_plain = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_-./+,:=@%").find(c) != std::string_view::npos;
    });
    if (is_plain) return word;
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

std::string joined(const std::vector<std::string>& words) {
    std::string line = "salient-cli";
    for (const std::string& word : words) line.append(" ").append(quoted(word));
    return line;
}

void append(std::vector<std::string>& words, const std::vector<std::string>& more) { words.insert(words.end(), more.begin(), more.end()); }

/// Options that quantize and compare share.
std::vector<std::string> commonArguments(const Recipe& recipe) {
    const SampleSpec defaults;
    std::vector<std::string> words;
    if (recipe.inputs.empty()) {
        append(words, {"--text", recipe.calibration_text.string(), "--n-samples", std::to_string(recipe.samples.n_samples)});
    } else {
        append(words, {"--inputs", recipe.inputs.string()});
    }
    if (recipe.samples.seq_len != 0) append(words, {"--seq-len", std::to_string(recipe.samples.seq_len)});
    if (recipe.samples.seed != defaults.seed) append(words, {"--seed", std::to_string(recipe.samples.seed)});
    if (recipe.samples.choice == SampleSpec::Choice::Stream) append(words, {"--windows", "stream"});
    if (recipe.samples.choice == SampleSpec::Choice::BosWindows) append(words, {"--windows", "bos-windows"});
    if (recipe.compute == Compute::BFloat16) append(words, {"--compute", "bfloat16"});
    if (recipe.threads != 0) append(words, {"--threads", std::to_string(recipe.threads)});
    if (recipe.max_memory_bytes != 0) append(words, {"--max-memory", std::to_string(recipe.max_memory_bytes)});
    if (!recipe.report.empty()) append(words, {"--report", recipe.report.string()});
    if (recipe.evaluation_text.empty()) return words;
    append(words, {"--eval-text", recipe.evaluation_text.string()});
    if (recipe.perplexity.protocol != PerplexityProtocol::Stream)
        append(words, {"--protocol", std::string(name(recipe.perplexity.protocol))});
    if (recipe.perplexity.seq_len != recipe.samples.seq_len) append(words, {"--eval-seq-len", std::to_string(recipe.perplexity.seq_len)});
    if (recipe.perplexity.max_chars != 0) append(words, {"--max-chars", std::to_string(recipe.perplexity.max_chars)});
    if (recipe.perplexity.n_windows != 0) append(words, {"--n-windows", std::to_string(recipe.perplexity.n_windows)});
    return words;
}

std::optional<std::string> asQuantize(const Recipe& recipe, const RecipeRun& run) {
    const std::optional<MethodFlags> flags = flagsFromMethod(run.method);
    if (!flags || run.name != methodName(run.method)) return std::nullopt;
    std::vector<std::string> words = {"quantize", recipe.model.string(),         "--out", run.out.string(),
                                      "--format", std::string(name(*run.format))};
    if (run.gguf_weights != GgufWeights::Lossless) append(words, {"--gguf-type", std::string(name(run.gguf_weights))});
    append(words, arguments(*flags));
    append(words, commonArguments(recipe));
    return joined(words);
}

std::optional<std::string> asCompare(const Recipe& recipe) {
    if (recipe.evaluation_text.empty()) return std::nullopt;
    MethodFlags merged;  // every flag that any of the methods needs
    std::vector<std::string> names;
    std::string list;
    for (const RecipeRun& run : recipe.runs) {
        const std::optional<MethodFlags> flags = flagsFromMethod(run.method);
        if (run.format || !flags || run.name != methodName(run.method)) return std::nullopt;
        names.push_back(run.name);
        list += (list.empty() ? "" : ",") + run.name;
        const auto take = [](auto& into, const auto& from) {
            if (from) into = from;
        };
        take(merged.bits, flags->bits);
        take(merged.group_size, flags->group_size);
        if (run.method.activations == ActivationScale::None) merged.symmetric = run.method.grid.is_symmetric;
        take(merged.mse, flags->mse);
        take(merged.weight_scale, flags->weight_scale);
        take(merged.activation_scale, flags->activation_scale);
        take(merged.act_order, flags->act_order);
        take(merged.static_groups, flags->static_groups);
        take(merged.damping, flags->damping);
        take(merged.damping_tries, flags->damping_tries);
        take(merged.block_size, flags->block_size);
        take(merged.group_parameters, flags->group_parameters);
        take(merged.ratio, flags->ratio);
        take(merged.ratios, flags->ratios);
        take(merged.duo, flags->duo);
        take(merged.no_scale, flags->no_scale);
        take(merged.no_clip, flags->no_clip);
        take(merged.clip, flags->clip);
        take(merged.clip_levels, flags->clip_levels);
        take(merged.clip_layers, flags->clip_layers);
        take(merged.separate_loss, flags->separate_loss);
        take(merged.alpha, flags->alpha);
        take(merged.alpha_search, flags->alpha_search);
        take(merged.activation_only, flags->activation_only);
        take(merged.true_sequential, flags->true_sequential);
        take(merged.feed, flags->feed);
        take(merged.norms_only, flags->norms_only);
        if (!flags->keep.empty()) merged.keep = flags->keep;
        if (!flags->overrides.empty()) merged.overrides = flags->overrides;
    }
    // One set of flags must mean every run; where it does not, only a recipe can say it.
    try {
        const std::vector<MethodSpec> meant = comparedMethods(names, merged);
        for (std::size_t i = 0; i < meant.size(); ++i) {
            if (toJson(meant[i]) != toJson(recipe.runs[i].method)) return std::nullopt;
        }
    } catch (const Error&) {
        return std::nullopt;
    }
    std::vector<std::string> words = {"compare", recipe.model.string(), "--methods", list};
    append(words, arguments(merged, false));
    append(words, commonArguments(recipe));
    return joined(words);
}

}  // namespace

std::optional<std::string> asCommand(const Recipe& recipe) {
    const bool all_exported = !recipe.runs.empty() && std::all_of(recipe.runs.begin(), recipe.runs.end(),
                                                                  [](const RecipeRun& run) { return run.format.has_value(); });
    // Several exports share a calibration in a recipe and a report; as separate commands each would have its own.
    if (!all_exported || (recipe.runs.size() != 1 && !recipe.report.empty())) return asCompare(recipe);
    std::string lines;
    for (const RecipeRun& run : recipe.runs) {
        const std::optional<std::string> line = asQuantize(recipe, run);
        if (!line) return std::nullopt;
        lines += (lines.empty() ? "" : "\n") + *line;
    }
    return lines;
}

std::string runCommand(const std::filesystem::path& recipe_file) { return joined({"run", recipe_file.string()}); }

}  // namespace salient
