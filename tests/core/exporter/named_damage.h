#pragma once

#include "tests/core/exporter/checkpoint_damage.h"

/// Exports of a small model, damaged in ways that verification must name.
namespace salient::samples {

inline const std::string kQuery = "model.layers.0.self_attn.q_proj";
inline const std::string kKey = "model.layers.0.self_attn.k_proj";

/// A small LLaMA with files of several kinds beside it, and what is written of it, each in a directory of its own.
class SmallExports {
public:
    SmallExports() {
        const std::filesystem::path directory = path("model");
        Json config = familyConfig("llama");
        config["auto_map"] = Json::object({{"AutoModelForCausalLM", "modeling_small.SmallModel"}});
        writeModel(directory, "llama", DType::F16, config);
        writeJson(directory / "chat_template.json", Json::object({{"chat_template", "{{ messages }}"}}));
        writeJson(directory / "tokenizer_config.json", Json::object({{"model_max_length", 64}}));
        std::ofstream(directory / "modeling_small.py") << "class SmallModel: pass\n";
        model_ = Model::open(directory);
        calibration_ = std::make_unique<const Calibration>(calibrateRandomly(model_));
    }

    [[nodiscard]] const std::shared_ptr<const Model>& model() const { return model_; }
    /// A place beside the model and its exports.
    [[nodiscard]] std::filesystem::path path(const char* name) const { return pathOf(folder_, name); }

    /// In four bits and groups of 32.
    [[nodiscard]] MethodSpec method(ExportFormat format, const char* name, bool symmetric) const {
        GridSpec grid;
        grid.group_size = 32;
        grid.is_symmetric = symmetric;
        return methodFor(*model_, format, name, grid);
    }

    [[nodiscard]] std::filesystem::path write(ExportFormat format, const MethodSpec& spec) {
        JobContext job;
        const std::filesystem::path target = path(("out" + std::to_string(n_exports_++)).c_str());
        exportTo(quantizeModel(*calibration_, spec, job), target, format);
        return target;
    }

private:
    QTemporaryDir folder_;
    std::shared_ptr<const Model> model_;
    std::unique_ptr<const Calibration> calibration_;
    int n_exports_ = 0;
};

struct Damage {
    const char* title;
    ExportFormat format;
    const char* method;
    bool symmetric;
    bool act_order;
    Severity severity;
    const char* finding;  ///< part of what must be said
    std::function<void(const std::filesystem::path&)> harm;
    int bits = 0;  ///< 0: as the method has it
};

/// What is wrong with the diagnosis of that damage, if anything: it must be silent without the damage, name it, and fail for a failure
/// alone.
inline QString diagnosisProblem(SmallExports& exports, const Damage& damage) {
    MethodSpec method = exports.method(damage.format, damage.method, damage.symmetric);
    method.gptq.act_order = damage.act_order;
    if (damage.bits != 0) method.grid.bits = damage.bits;
    const std::filesystem::path target = exports.write(damage.format, method);
    JobContext job;
    const VerifyReport before = verifyCheckpoint(target, exports.model(), job);
    if (!before.passed() || text(before, Severity::Note).contains(damage.finding))
        return "before the damage: " + text(before, Severity::Note);
    damage.harm(target);
    const VerifyReport report = verifyCheckpoint(target, exports.model(), job);
    const bool is_named = text(report, damage.severity).contains(damage.finding);
    if (is_named && report.passed() == (damage.severity != Severity::Failure)) return {};
    return (is_named ? "named, with another result: " : "not named: ") + text(report, Severity::Note);
}

/// A shard of that name and the index of its tensors, but one.
inline void moveToShard(const std::filesystem::path& directory, const std::string& unlisted) {
    const std::string shard = "model-00001-of-00001.safetensors";
    Json index = Json::object({{"metadata", Json::object()}, {"weight_map", Json::object()}});
    const OpenFile file(directory / "model.safetensors");
    for (const TensorLayout& tensor : file.layout) {
        if (tensor.name != unlisted) index["weight_map"][tensor.name] = shard;
    }
    std::filesystem::rename(directory / "model.safetensors", directory / shard);
    writeJson(directory / "model.safetensors.index.json", index);
}

}  // namespace salient::samples
