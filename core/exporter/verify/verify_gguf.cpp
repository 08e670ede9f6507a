// A GGUF file against what its writer recorded beside it, and against the original model. It is opened like any model: by core/io/gguf and
// core/model/gguf, which share with the writer the table of names alone.

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/exporter/checksum.h"
#include "core/exporter/verify/checks.h"
#include "core/io/contained_path.h"
#include "core/io/gguf.h"
#include "core/io/gguf_part.h"
#include "core/model/gguf/forms.h"
#include "core/model/gguf/row_order.h"
#include "core/model/tensor_plan.h"

namespace salient {
namespace {

namespace fs = std::filesystem;

/// Texts that tokenizers disagree about: spaces, digits, contractions, scripts, characters of several bytes.
constexpr const char* kTexts[] = {"Three lanterns and 1234 more make  five.\n\n\tIt isn't 3.14!", "Größe naïve 日本語 🙂"};
constexpr const char* kSpaceFirst = " a";

class GgufVerification {
public:
    GgufVerification(const fs::path& path, std::shared_ptr<const Model> original, JobContext& job)
        : path_(path), original_(std::move(original)), job_(job) {}

    VerifyReport run() {
        report_.format = "gguf";
        job_.checkpoint({"verifying", 0, 0, "files"});
        if (!open()) return std::move(report_);
        checkNumbers();
        checkTokenizer();
        if (record_) checkRecordedTensors();
        checkLayers();
        return std::move(report_);
    }

private:
    void find(Severity severity, const std::string& subject, const std::string& message) {
        report_.findings.push_back({severity, subject, message});
    }
    void fail(const std::string& subject, const std::string& message) { find(Severity::Failure, subject, message); }

    bool open() {
        try {
            fs::path directory = fs::is_directory(path_) ? path_ : path_.parent_path();
            if (directory.empty()) directory = ".";
            if (holdsFile(directory, kSalientRecordFile)) {
                SalientRecord record = recordFromJson(readJson(containedPath(directory, kSalientRecordFile), kMostListBytes),
                                                      (directory / kSalientRecordFile).string());
                if (record.format == ExportFormat::Gguf) record_ = std::move(record);
            }
        } catch (const Error& error) {
            fail(kSalientRecordFile, error.what());
        }
        try {
            model_ = Model::open(path_);
            file_ = GgufFile::open(model_->directory);
            return true;
        } catch (const Error& error) {
            fail(path_.filename().string(), error.what());
            return false;
        }
    }

    /// Scales of blocks that are NaN or infinite show here, too: whatever they multiply is.
    void checkNumbers() {
        const std::vector<PlannedTensor> plan = plannedTensors(model_->config, model_->name_prefix);
        for (const PlannedTensor& planned : plan) {
            job_.checkpoint({"verifying", 0, static_cast<std::int64_t>(plan.size()), planned.name});
            try {
                static_cast<void>(model_->floats(planned.name));
            } catch (const Error& error) {
                fail(planned.name, error.what());
            }
        }
    }

    void checkTokenizer() {
        if (!model_->tokenizer) {
            const bool is_lost = original_ && original_->tokenizer;
            find(is_lost ? Severity::Failure : Severity::Warning, "tokenizer",
                 "expected tokenizer.ggml.* keys, found none: llama.cpp cannot read text");
            return;
        }
        if (model_->tokenizer->vocabularySize() > model_->config.vocabulary_size)
            fail("tokenizer", "expected at most " + std::to_string(model_->config.vocabulary_size) + " tokens, found " +
                                  std::to_string(model_->tokenizer->vocabularySize()));
        if (!original_ || !original_->tokenizer) return;
        for (const char* text : kTexts) {
            if (model_->tokenizer->encode(text, true) == original_->tokenizer->encode(text, true)) continue;
            fail("tokenizer", "expected the token ids that the original's tokenizer gives, found others for '" + std::string(text) + "'");
            return;
        }
        if (model_->tokenizer->encode(kSpaceFirst, true) != original_->tokenizer->encode(kSpaceFirst, true))
            find(Severity::Warning, "tokenizer",
                 "a text that starts with a space gets other ids than the original's tokenizer gives: "
                 "llama.cpp puts a space in front of it all the same");
    }

    /// What the file has under a recorded name: a tensor, or an expert's slice of one. Nothing where it has none.
    [[nodiscard]] std::optional<TensorView> recorded(const std::string& name) const {
        const GgufPart part = ggufPartOf(name);
        const auto tensor = file_->tensors().find(part.tensor);
        if (tensor == file_->tensors().end()) return std::nullopt;
        if (part.number < 0) return tensor->second;
        if (part.number >= tensor->second.shape.front()) return std::nullopt;
        return gguf::sliced(tensor->second, part.number);
    }

    void checkRecordedTensors() {
        for (const auto& [name, expected] : record_->tensors) {
            const std::optional<TensorView> tensor = recorded(name);
            if (!tensor) {
                fail(name, "expected a tensor that was written, found none");
                continue;
            }
            job_.checkpoint({"verifying", 0, 0, name});
            const std::string found = checksumText(checksum(tensor->bytes));
            tensor->finishReading();
            if (found != expected) fail(name, "bytes: expected checksum " + expected + " as written, found " + found);
        }
        for (const auto& [name, steps] : record_->shifted) {
            char text[96];
            std::snprintf(text, sizeof text, "groups moved by up to %.3g %% of a step: Q4_1 keeps their offsets in float16", 100.0 * steps);
            find(Severity::Note, name, text);
        }
    }

    /// Layers are paired by their place, for a name may have another prefix in the original.
    [[nodiscard]] bool isComparable() {
        const bool same = original_->linears.size() == model_->linears.size() &&
                          std::equal(original_->linears.begin(), original_->linears.end(), model_->linears.begin(),
                                     [](const LinearInfo& a, const LinearInfo& b) {
                                         return a.block == b.block && a.key() == b.key() && a.out_features == b.out_features &&
                                                a.in_features == b.in_features;
                                     });
        if (!same) fail(original_->directory.filename().string(), "expected an original with the same layers and shapes, found others");
        return same;
    }

    /// The record under the names that the original gives its layers.
    [[nodiscard]] SalientRecord recordOfOriginal() const {
        SalientRecord renamed = *record_;
        renamed.layers.clear();
        for (std::size_t i = 0; i < model_->linears.size(); ++i) {
            const auto layer = record_->layers.find(model_->linears[i].name);
            if (layer != record_->layers.end()) renamed.layers[original_->linears[i].name] = layer->second;
        }
        return renamed;
    }

    void checkLayers() {
        const StoredScheme plain;
        std::optional<UndoneScales> scales;
        std::optional<SalientRecord> renamed;
        if (original_ && isComparable()) {
            if (!record_) {  // whose checksums would say as much
                const Findings floats = compareFloats(*model_, *original_, job_);
                report_.findings.insert(report_.findings.end(), floats.begin(), floats.end());
            }
            try {
                if (record_) renamed = recordOfOriginal();
                scales.emplace(*model_, plain, *original_, renamed ? &*renamed : nullptr);
            } catch (const Error& error) {
                fail("scales", error.what());
            }
        }
        for (std::size_t i = 0; i < model_->linears.size(); ++i) {
            const LinearInfo& linear = model_->linears[i];
            job_.checkpoint({"verifying", static_cast<std::int64_t>(i), static_cast<std::int64_t>(model_->linears.size()), linear.name});
            try {
                checkLayer(i, scales ? &*scales : nullptr);
            } catch (const Error& error) {
                fail(linear.name, error.what());
            }
        }
    }

    /// Where rows of such a layer stand in the file; empty: in order.
    [[nodiscard]] std::vector<Index> fileRows(Role role) const {
        const gguf::Architecture* const architecture = gguf::architectureOf(*model_->config.family);
        if (architecture == nullptr) return {};
        return gguf::storedRows(model_->config, *architecture, role).value_or(std::vector<Index>());
    }

    void checkLayer(std::size_t i, const UndoneScales* scales) {
        const LinearInfo& linear = model_->linears[i];
        const auto layer = record_ ? record_->layers.find(linear.name) : std::map<std::string, SalientRecord::Layer>::iterator();
        const bool is_recorded = record_ && layer != record_->layers.end();
        if (record_ && !is_recorded) return;  // kept as it was: its bytes have been compared
        const Matrix weight = loadLinear(*model_, linear);
        ++report_.n_layers;
        if (is_recorded) {
            const std::string found = checksumText(checksum(weight));
            if (found == layer->second.weight) {
                ++report_.n_layers_identical;
            } else {
                fail(linear.name, "weights: expected checksum " + layer->second.weight + " as the writer meant them, found " + found);
            }
        }
        if (scales == nullptr) return;
        const LinearInfo& original = original_->linears[i];
        OriginalComparison comparison =
            compareWithOriginal(weight, nullptr, original, loadLinear(*original_, original), *scales, fileRows(linear.role));
        report_.worst_relative_weight_error = std::max(report_.worst_relative_weight_error, comparison.relative_error);
        std::move(comparison.findings.begin(), comparison.findings.end(), std::back_inserter(report_.findings));
    }

    fs::path path_;
    std::shared_ptr<const Model> original_;
    JobContext& job_;
    std::shared_ptr<const Model> model_;
    std::optional<GgufFile> file_;
    std::optional<SalientRecord> record_;
    VerifyReport report_;
};

}  // namespace

VerifyReport verifyGguf(const fs::path& path, const std::shared_ptr<const Model>& original, JobContext& job) {
    return GgufVerification(path, original, job).run();
}

}  // namespace salient
