#include <algorithm>

#include "core/exporter/checksum.h"
#include "core/exporter/verify/checks.h"
#include "core/io/contained_path.h"
#include "core/io/gguf.h"

namespace salient {
namespace {

namespace fs = std::filesystem;

std::string formatName(const StoredScheme& scheme, const SalientRecord* record) {
    switch (scheme.kind) {
        case StoredScheme::Kind::Gptq:
        case StoredScheme::Kind::GptqV2:
            return "gptq";
        case StoredScheme::Kind::Awq:
            return "awq";
        case StoredScheme::Kind::PackQuantized:
        case StoredScheme::Kind::IntQuantized:
            return "compressed-tensors";
        case StoredScheme::Kind::Float:
            break;
    }
    return record != nullptr ? "dequantized" : "float";
}

/// From here on a layer is taken for plainly rounded: GPTQ moves a tenth of the codes and more.
constexpr double kPlainShare = 0.999;

class Verification {
public:
    Verification(const fs::path& directory, std::shared_ptr<const Model> original, JobContext& job)
        : directory_(directory), original_(std::move(original)), job_(job) {}

    VerifyReport run() {
        job_.checkpoint({"verifying", 0, 0, "files"});
        add(checkFiles(directory_, original_.get()));
        if (!open()) return std::move(report_);
        report_.format = formatName(scheme_, record_ ? &*record_ : nullptr);
        add(checkTensors(*model_, scheme_, job_));
        add(checkSharedInputs(*model_, scheme_));
        add(checkPackedHead(*model_, scheme_));
        if (record_) checkRecordedTensors();
        checkLayers();
        reportPlainLayers();
        return std::move(report_);
    }

private:
    void add(Findings findings) { std::move(findings.begin(), findings.end(), std::back_inserter(report_.findings)); }
    void fail(const std::string& subject, const std::string& message) { report_.findings.push_back({Severity::Failure, subject, message}); }

    /// What cannot be opened is a finding like any other, and the last one.
    bool open() {
        try {
            if (holdsFile(directory_, kSalientRecordFile)) {
                record_ = recordFromJson(readJson(containedPath(directory_, kSalientRecordFile), kMostListBytes),
                                         (directory_ / kSalientRecordFile).string());
            }
        } catch (const Error& error) {
            fail(kSalientRecordFile, error.what());
        }
        try {
            scheme_ = readScheme(directory_);
            add(checkConfig(directory_, scheme_));
            model_ = Model::open(directory_, true);
            for (const LinearInfo& linear : model_->linears)
                static_cast<void>(layerScheme(scheme_, linear.name));  // throws for what cannot be read
            return true;
        } catch (const Error& error) {
            fail(directory_.filename().string(), error.what());
            return false;
        }
    }

    void checkRecordedTensors() {
        for (const auto& [name, expected] : record_->tensors) {
            if (!model_->checkpoint->contains(name)) {
                fail(name, "expected a tensor that was written, found none");
                continue;
            }
            job_.checkpoint({"verifying", 0, 0, name});
            const TensorView& tensor = model_->checkpoint->tensor(name);
            const std::string found = checksumText(checksum(tensor.bytes));
            tensor.finishReading();
            if (found != expected) fail(name, "bytes: expected checksum " + expected + " as written, found " + found);
        }
    }

    /// Layers worth recomputing: those stored packed, and those that the record says were quantized.
    bool isQuantized(const LinearInfo& linear) const {
        return isStoredQuantized(*model_->checkpoint, scheme_, linear.name) || (record_ && record_->layers.contains(linear.name));
    }

    void checkLayers() {
        std::optional<UndoneScales> scales;
        if (original_ && isComparable()) {
            if (!record_) add(compareFloats(*model_, *original_, job_));  // whose bytes a record would know
            try {
                scales.emplace(*model_, scheme_, *original_, record_ ? &*record_ : nullptr);
            } catch (const Error& error) {
                fail("scales", error.what());
            }
        }
        const auto total = static_cast<std::int64_t>(model_->linears.size());
        std::int64_t done = 0;
        for (const LinearInfo& linear : model_->linears) {
            job_.checkpoint({"verifying", done++, total, linear.name});
            try {
                if (isQuantized(linear)) {
                    checkLayer(linear, scales ? &*scales : nullptr);
                } else if (scales && !record_ && scheme_.kind != StoredScheme::Kind::Float) {
                    add(compareKeptLayer(*model_, linear, *original_, *scales));
                }
            } catch (const Error& error) {
                fail(linear.name, error.what());
            }
        }
        if (record_) {
            for (const auto& [name, layer] : record_->layers) {
                const auto is_same = [&, &n = name](const LinearInfo& linear) { return linear.name == n; };
                if (std::none_of(model_->linears.begin(), model_->linears.end(), is_same))
                    fail(name, "expected a layer that was written, found none");
            }
        }
    }

    bool isComparable() {
        const bool same = original_->linears.size() == model_->linears.size() &&
                          std::equal(original_->linears.begin(), original_->linears.end(), model_->linears.begin(),
                                     [](const LinearInfo& a, const LinearInfo& b) {
                                         return a.name == b.name && a.out_features == b.out_features && a.in_features == b.in_features;
                                     });
        if (!same) fail(original_->directory.filename().string(), "expected an original with the same layers and shapes, found others");
        return same;
    }

    void checkLayer(const LinearInfo& linear, const UndoneScales* scales) {
        std::optional<StoredLayer> layer;
        Matrix weight;
        if (isStoredQuantized(*model_->checkpoint, scheme_, linear.name)) {
            layer = readStoredLayer(*model_->checkpoint, scheme_, storedShape(linear));
            add(checkStoredLayer(*layer, scheme_, linear.name));
            weight = layer->weight();
        } else {
            weight = loadLinear(*model_, linear);
        }
        ++report_.n_layers;
        if (record_) compareWithRecord(linear.name, weight);
        if (scales == nullptr) return;
        OriginalComparison comparison =
            compareWithOriginal(weight, layer ? &*layer : nullptr, linear, loadLinear(*original_, linear), *scales);
        report_.worst_relative_weight_error = std::max(report_.worst_relative_weight_error, comparison.relative_error);
        add(std::move(comparison.findings));
        // A record says which method it was; gptq is the name of the file format, too. AWQ rounds to nearest what it has scaled.
        const bool may_be_plain = scheme_.isGptq() || (scheme_.kind == StoredScheme::Kind::Awq && !comparison.is_scaled);
        if (!record_ && may_be_plain && comparison.nearest_share >= kPlainShare) plain_.push_back(linear.name);
    }

    void reportPlainLayers() {
        const bool is_gptq = scheme_.isGptq();
        const std::string message =
            std::string("codes are those of rounding the original's weights to nearest (99.9 % or more), though the config says ") +
            (is_gptq ? "gptq: no error was compensated" : "awq: no channel was scaled");
        const auto warn = [&](const std::string& subject, const std::string& what) {
            report_.findings.push_back({Severity::Warning, subject, what});
        };
        if (plain_.size() > 1 && static_cast<Index>(plain_.size()) == report_.n_layers) {
            warn("all " + std::to_string(plain_.size()) + " layers, " + plain_.front() + " to " + plain_.back(), message);
            return;
        }
        if (!is_gptq) return;  // AWQ leaves a layer as it is where nothing can take its scales
        for (const std::string& layer : plain_) warn(layer, message);
    }

    void compareWithRecord(const std::string& name, const Matrix& weight) {
        const auto expected = record_->layers.find(name);
        if (expected == record_->layers.end()) {
            fail(name, "quantized, but not by what salient.json records");
            return;
        }
        const std::string found = checksumText(checksum(weight));
        if (found == expected->second.weight) {
            ++report_.n_layers_identical;
        } else {
            fail(name, "weights: expected checksum " + expected->second.weight + " as the writer meant them, found " + found);
        }
    }

    fs::path directory_;
    std::shared_ptr<const Model> original_;
    JobContext& job_;
    std::shared_ptr<const Model> model_;
    StoredScheme scheme_;
    std::optional<SalientRecord> record_;
    VerifyReport report_;
    std::vector<std::string> plain_;  // layers whose codes are nearest although they should be GPTQ's or AWQ's
};

bool holdsGguf(const fs::path& directory) {
    const std::vector<std::string> names = namesIn(directory);
    return std::any_of(names.begin(), names.end(), [](const std::string& name) { return fs::path(name).extension() == ".gguf"; });
}

}  // namespace

bool VerifyReport::passed() const {
    return std::none_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.severity == Severity::Failure; });
}

VerifyReport verifyCheckpoint(const fs::path& directory, std::shared_ptr<const Model> original, JobContext& job) {
    std::error_code error;
    const bool is_directory = fs::is_directory(directory, error);
    if (is_directory ? !holdsFile(directory, "config.json") && holdsGguf(directory) : isGguf(directory))
        return verifyGguf(directory, original, job);
    if (!is_directory) throw Error(ErrorCode::Io, "verify: " + directory.string() + ": expected a directory or a GGUF file, found none");
    return Verification(directory, std::move(original), job).run();
}

}  // namespace salient
