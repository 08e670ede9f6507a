#pragma once

#include <QString>
#include <QTemporaryDir>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/recipe/session_folder.h"
#include "tests/core/exporter/sample_models.h"

namespace salient::test {

/// A small model with its calibration, made once.
struct SessionBench {
    QTemporaryDir folder;
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Calibration> calibration;
    JobContext job;

    explicit SessionBench(const std::string& family = "llama", const char* name = "model") {
        samples::writeModel(samples::pathOf(folder, name), family, DType::F16);
        model = Model::open(samples::pathOf(folder, name));
        Calibration made = samples::calibrateRandomly(model);
        made.samples.first_token = {5, 1, 9, 2};
        calibration = std::make_shared<const Calibration>(std::move(made));
    }

    RunResult run(const std::string& name, const MethodSpec& method) {
        RunResult result;
        result.name = name;
        result.method = method;
        auto quantized = std::make_shared<QuantizedModel>(quantizeModel(*calibration, method, job));
        quantized->seconds = 0.1;
        result.layers = quantized->reports();
        result.relative_output_error = quantized->relativeOutputError();
        result.bytes = quantized->sizeBytes();
        result.bits_per_weight = quantized->bitsPerWeight();
        result.seconds = 1.0 / 3.0;
        result.warnings = {"a warning"};
        result.perplexity = PerplexityResult{.perplexity = 2.0 / 3.0, .mean_nll = 0.7, .n_tokens = 63, .n_windows = 1, .seq_len = 64};
        result.perplexity->divergence = Divergence{.mean_kl = 1.0 / 7.0, .n_tokens = 63};
        result.model = quantized;
        return result;
    }

    SessionContents contents() {
        SessionContents now;
        now.model = model;
        now.recipe.model = model->directory;
        now.recipe.perplexity.n_windows = 7;
        now.calibration = calibration;
        now.window = Json{{"page", "compare"}};
        for (const char* name : {"rtn", "gptq"}) now.runs.push_back(std::make_shared<const RunResult>(run(name, method(name))));
        now.full_precision = now.runs.front()->perplexity;
        now.sensitivities["gptq"] = {{model->linears.front().name, 0.1, -0.2, 1.0 / 3.0}};
        return now;
    }

    [[nodiscard]] MethodSpec method(const std::string& name, int bits = 4) const {
        MethodSpec base;
        base.grid.bits = bits;
        base.grid.group_size = 32;
        base.grid.is_symmetric = false;
        return methodFromName(name, base);
    }
    [[nodiscard]] std::filesystem::path session() const { return samples::pathOf(folder, "one.salient"); }
};

/// The words with which an Error refuses; empty: nothing was refused.
inline QString refusal(const std::function<void()>& read) {
    try {
        read();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

}  // namespace salient::test
