#include "core/recipe/job_identity.h"

#include <algorithm>

#include "core/exporter/checksum.h"
#include "core/io/file_descriptor.h"
#include "core/io/publish_directory.h"
#include "core/kernels/onednn.h"

namespace salient {

namespace {

std::string stampOf(const std::filesystem::path& file) {
    const FileDescriptor::Stamp stamp = FileDescriptor::openForReading(file).stamp();
    return std::to_string(stamp.size_bytes) + " bytes of " + std::to_string(stamp.modified_ns) + " ns since 1970";
}

std::string textOf(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

void collect(const Json& then, const Json& now, const std::string& path, std::vector<std::string>& found) {
    if (then == now) return;
    if (!then.is_object() || !now.is_object()) {
        found.push_back(path + ": " + textOf(then) + " then, " + textOf(now) + " now");
        return;
    }
    const auto at = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
    for (const auto& [key, value] : then.items()) {
        if (now.contains(key)) {
            collect(value, now.at(key), at(key), found);
        } else {
            found.push_back(at(key) + ": " + textOf(value) + " then, nothing now");
        }
    }
    for (const auto& [key, value] : now.items()) {
        if (!then.contains(key)) found.push_back(at(key) + ": nothing then, " + textOf(value) + " now");
    }
}

}  // namespace

Json calibrationIdentity(const Model& model, const Samples& samples, Compute compute) {
    Json identity = Json::object();
    identity["version"] = SALIENT_VERSION;
    const std::string config = model.config.raw.dump(-1, ' ', false, Json::error_handler_t::replace);
    identity["model"] = Json::object({{"config", checksumText(checksum(std::as_bytes(std::span(config))))}});
    for (const std::filesystem::path& file : model.checkpoint->files()) identity["model"][file.filename().string()] = stampOf(file);
    identity["samples"] = {{"n_windows", samples.windows.count()},
                           {"seq_len", samples.windows.seq_len},
                           {"tokens", checksumText(checksum(std::as_bytes(std::span(samples.windows.ids))))}};
    identity["compute"] = compute == Compute::Float32 ? "float32" : "bfloat16";
    identity["instructions"] = instructionSetName();
    return identity;
}

Json quantizationIdentity(const Model& model, const Samples& samples, const MethodSpec& method, Compute compute) {
    Json identity = calibrationIdentity(model, samples, compute);
    identity["settings"] = toJson(method);
    identity["scale_type"] = std::string(name(method.grid.scale_type));
    return identity;
}

Json exportIdentity(const Model& model, const Samples& samples, const MethodSpec& method, const ExportOptions& options, Compute compute) {
    Json identity = quantizationIdentity(model, samples, method, compute);
    identity["format"] = std::string(name(options.format));
    if (options.format == ExportFormat::Gguf) identity["gguf_weights"] = std::string(name(options.gguf_weights));
    identity["shard_bytes"] = options.shard_bytes;
    identity["provenance"] = options.provenance;
    return identity;
}

Json recipeIdentity(const Model& model, const Samples& samples, const Recipe& recipe, std::string_view evaluation_text) {
    Json identity = calibrationIdentity(model, samples, recipe.compute);
    identity["calibration"] = {{"text", recipe.calibration_text.filename().string()}, {"seed", recipe.samples.seed}};
    if (!recipe.inputs.empty()) identity["inputs"] = stampOf(recipe.inputs);
    identity["n_runs"] = recipe.runs.size();
    for (std::size_t i = 0; i < recipe.runs.size(); ++i) {
        const RecipeRun& run = recipe.runs[i];
        Json item = {{"name", run.name}, {"settings", toJson(run.method)}, {"scale_type", std::string(name(run.method.grid.scale_type))}};
        if (run.format) {
            item["format"] = std::string(name(*run.format));
            item["gguf_weights"] = std::string(name(run.gguf_weights));
            item["out"] = withoutTrailingSlash(run.out).string();
        }
        identity["runs[" + std::to_string(i) + "]"] = std::move(item);
    }
    if (recipe.evaluation_text.empty()) return identity;
    identity["evaluation"] = {{"text", checksumText(checksum(std::as_bytes(std::span(evaluation_text))))},
                              {"protocol", std::string(name(recipe.perplexity.protocol))},
                              {"seq_len", recipe.perplexity.seq_len},
                              {"max_chars", recipe.perplexity.max_chars},
                              {"n_windows", recipe.perplexity.n_windows}};
    return identity;
}

std::string difference(const Json& then, const Json& now) {
    constexpr std::size_t kMost = 3;
    std::vector<std::string> found;
    collect(then, now, {}, found);
    std::string text;
    for (std::size_t i = 0; i < std::min(kMost, found.size()); ++i) text += (i == 0 ? "" : "; ") + found[i];
    if (found.size() > kMost) text += "; and " + std::to_string(found.size() - kMost) + " more";
    return text;
}

}  // namespace salient
