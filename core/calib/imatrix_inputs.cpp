#include <cmath>

#include "core/calib/input_source.h"
#include "core/io/imatrix.h"
#include "core/model/gguf/architecture.h"

namespace salient {

namespace {

class ImatrixInputs : public InputSource {
public:
    ImatrixInputs(const std::filesystem::path& path, const Model& model)
        : path_(path), matrix_(Imatrix::open(path)), modules_(gguf::modulesOf(model.config, model.name_prefix)) {
        if (gguf::architectureOf(*model.config.family) == nullptr) {
            throw Error(ErrorCode::Unsupported, "inputs: " + path.string() + ": expected a family that llama.cpp has (" +
                                                    gguf::architectureNames() + "), found " + model.config.family->model_type);
        }
    }

    [[nodiscard]] std::string description() const override {
        std::string text = "importance matrix (" + path_.filename().string();
        for (const std::string& dataset : matrix_.datasets) text += ", of " + dataset;
        return text + ")";
    }
    [[nodiscard]] bool isDiagonal() const noexcept override { return true; }

    [[nodiscard]] std::optional<InputStatistics> read(const std::string& layer, Index in_features, bool with_hessian,
                                                      JobContext&) const override {
        const auto module = modules_.find(layer);
        if (module == modules_.end()) return std::nullopt;
        const std::string name = module->second.name + ".weight";
        const auto found = matrix_.entries.find(name);
        if (found == matrix_.entries.end()) return std::nullopt;
        const std::vector<float>& mean_squares = found->second.mean_squares;
        if (static_cast<Index>(mean_squares.size()) != in_features) {
            throw Error(ErrorCode::ShapeMismatch, "inputs: " + path_.string() + ": '" + name + "': expected " +
                                                      std::to_string(in_features) + " channels as layer '" + layer + "' has, found " +
                                                      std::to_string(mean_squares.size()));
        }
        InputStatistics input;
        ChannelStatistics& channels = input.channels;
        // Chunks, in the old form: only means are made of the sums below, so the count cancels out.
        channels.n_tokens = std::max<Index>(1, found->second.counts.empty() ? 0 : found->second.counts.front());
        channels.knows_squares_alone = true;
        const auto n = static_cast<double>(channels.n_tokens);
        const std::size_t n_channels = mean_squares.size();
        channels.min.assign(n_channels, 0.0F);
        channels.max.assign(n_channels, 0.0F);
        channels.max_abs.assign(n_channels, 0.0F);
        channels.max_abs_token.assign(n_channels, 0);
        channels.histogram.resize(n_channels);
        for (const float mean : mean_squares) {
            channels.sum_squares.push_back(static_cast<double>(mean) * n);
            channels.sum_abs.push_back(std::sqrt(static_cast<double>(mean)) * n);
        }
        if (with_hessian) {
            input.hessian = Matrix::Zero(in_features, in_features);
            for (Index j = 0; j < in_features; ++j) input.hessian(j, j) = 2.0F * mean_squares[static_cast<std::size_t>(j)];
        }
        return input;
    }

private:
    std::filesystem::path path_;
    Imatrix matrix_;
    std::map<std::string, gguf::Module> modules_;
};

}  // namespace

std::shared_ptr<const InputSource> openImatrixInputs(const std::filesystem::path& file, const Model& model) {
    return std::make_shared<const ImatrixInputs>(file, model);
}

}  // namespace salient
