#include <algorithm>
#include <variant>
#include <vector>

#include "core/calib/input_source.h"
#include "core/io/npz.h"
#include "core/io/safetensors.h"
#include "core/kernels/convert.h"
#include "core/kernels/gram.h"
#include "core/kernels/layout.h"
#include "core/tensor/shape_text.h"

namespace salient {

namespace {

constexpr Index kRowsAtOnce = 4096;

/// A file of arrays of tokens, either kind.
class ArrayFile {
public:
    explicit ArrayFile(const std::filesystem::path& path) : file_(open(path)) {}

    [[nodiscard]] std::optional<std::vector<std::int64_t>> shapeOf(const std::string& name) const {
        if (const auto* npz = std::get_if<NpzFile>(&file_)) {
            const auto found = npz->arrays().find(name);
            return found == npz->arrays().end() ? std::nullopt : std::optional(found->second.shape);
        }
        const auto& tensors = std::get<SafetensorsFile>(file_).tensors();
        const auto found = tensors.find(name);
        return found == tensors.end() ? std::nullopt : std::optional(found->second.shape);
    }

    void readRows(const std::string& name, const NpzFile::RowSink& sink) const {
        if (const auto* npz = std::get_if<NpzFile>(&file_)) return npz->readRows(name, kRowsAtOnce, sink);
        TensorView tensor = std::get<SafetensorsFile>(file_).tensor(name);
        tensor.shape = {tensor.rowCount(), tensor.rowLength()};
        for (Index first = 0; first < tensor.shape[0]; first += kRowsAtOnce) {
            sink(toMatrixRows(tensor, first, std::min<Index>(kRowsAtOnce, tensor.shape[0] - first)), first);
        }
    }

private:
    using File = std::variant<NpzFile, SafetensorsFile>;
    static File open(const std::filesystem::path& path) {
        if (isZip(path)) return NpzFile::open(path);
        return SafetensorsFile::open(path);
    }

    File file_;
};

class CapturedInputs : public InputSource {
public:
    CapturedInputs(const std::filesystem::path& path, Compute compute, const Model* model) : path_(path), compute_(compute), file_(path) {
        if (model == nullptr) return;
        prefix_ = model->name_prefix;
        array_prefix_ = prefixOfArrays(*model);
    }

    [[nodiscard]] std::string description() const override { return "captured inputs (" + path_.filename().string() + ")"; }
    [[nodiscard]] bool isDiagonal() const noexcept override { return false; }

    [[nodiscard]] std::optional<InputStatistics> read(const std::string& layer, Index in_features, bool with_hessian,
                                                      JobContext& job) const override {
        const std::optional<std::string> found = arrayOf(layer.starts_with(prefix_) ? array_prefix_ + layer.substr(prefix_.size()) : layer);
        if (!found) return std::nullopt;
        const std::string& array = *found;
        const std::optional<std::vector<std::int64_t>> shape = file_.shapeOf(array);
        const std::string where = "inputs: " + path_.string() + ": '" + array + "': ";
        Index n_tokens = 1;
        for (std::size_t axis = 0; axis + 1 < shape->size(); ++axis) n_tokens *= (*shape)[axis];
        if (shape->size() < 2 || shape->back() != in_features || n_tokens < 1) {
            throw Error(ErrorCode::ShapeMismatch,
                        where + "expected [tokens, " + std::to_string(in_features) + "], the layer's inputs, found " + shapeText(*shape));
        }
        InputStatistics input;
        if (with_hessian) input.hessian = Matrix::Zero(in_features, in_features);
        const auto factor = static_cast<float>(2.0 / static_cast<double>(n_tokens));
        file_.readRows(array, [&](MatrixView rows, Index first) {
            job.checkpoint({"reading inputs", first, n_tokens, array});
            for (Index row = 0; row < rows.rows(); ++row) {
                const Index bad = firstNonFinite({rows.row(row).data(), static_cast<std::size_t>(rows.cols())});
                if (bad < 0) continue;
                throw Error(ErrorCode::NonFinite, where + "expected finite numbers, found " + std::to_string(rows(row, bad)) +
                                                      " in channel " + std::to_string(bad) + ", token " + std::to_string(first + row));
            }
            input.channels.add(rows, first);
            if (with_hessian) accumulateGram(rows, factor, input.hessian, compute_);
        });
        if (with_hessian) mirrorLower(input.hessian);
        return input;
    }

private:
    /// What the array of a layer that the file calls so is called, if there is one.
    [[nodiscard]] std::optional<std::string> arrayOf(const std::string& layer) const {
        for (std::string name : {layer, layer + ".input"}) {
            if (file_.shapeOf(name)) return name;
        }
        return std::nullopt;
    }

    /// The prefix with which the file has a layer of the model: the checkpoint's own, or the first other one of the family. One for all, so
    /// that of two models in one file, text and vision, none lends the other its inputs.
    [[nodiscard]] std::string prefixOfArrays(const Model& model) const {
        std::vector<std::string> prefixes = {model.name_prefix};
        prefixes.insert(prefixes.end(), model.config.family->prefixes.begin(), model.config.family->prefixes.end());
        for (const std::string& prefix : prefixes) {
            for (const LinearInfo& linear : model.linears) {
                if (linear.name.starts_with(model.name_prefix) && arrayOf(prefix + linear.name.substr(model.name_prefix.size())))
                    return prefix;
            }
        }
        return model.name_prefix;
    }

    std::filesystem::path path_;
    Compute compute_;
    ArrayFile file_;
    std::string prefix_;        // of the layers that are asked for
    std::string array_prefix_;  // in its place in the file
};

}  // namespace

std::shared_ptr<const InputSource> openCapturedInputs(const std::filesystem::path& file, Compute compute, const Model* model) {
    return std::make_shared<const CapturedInputs>(file, compute, model);
}

}  // namespace salient
