#include <algorithm>
#include <cmath>
#include <span>

#include "core/calib/input_source.h"
#include "core/io/imatrix.h"
#include "core/model/gguf/architecture.h"

namespace salient {

namespace {

/// What a file knows of the input of one layer.
struct KnownSquares {
    std::string name;                     ///< the weight's in the file
    std::span<const float> mean_squares;  ///< [in]
    Index n_tokens = 0;                   ///< 0: an expert that no token was sent to
};

// An expert's entry is a part of that of all experts of the block. The GGUF form counts the tokens of each. The old form, and a file that
// was converted from it, has one number for all of them: experts are then taken to be chosen equally often, and the old form's chunks to
// be of 512 tokens, llama-imatrix's usual number. Only how many tokens an expert is said to have seen, and how much it counts in the error
// of the whole model, depends on that. One that no token came to has mean squares of exactly 1 there.
//
// Of a weight that every token reaches, llama-imatrix never counts 0 tokens: such an entry says nothing. llama.cpp takes all its channels
// to be alike; here it is refused, as every number that is made of them would look measured.
class ImatrixInputs : public InputSource {
public:
    ImatrixInputs(const std::filesystem::path& path, const Model& model)
        : path_(path),
          matrix_(Imatrix::open(path)),
          modules_(gguf::modulesOf(model.config, model.name_prefix)),
          n_experts_(model.config.experts.count),
          per_token_(model.config.experts.per_token) {
        if (gguf::architectureOf(*model.config.family) == nullptr) {
            throw Error(ErrorCode::Unsupported, "inputs: " + path.string() + ": expected a family that llama.cpp has (" +
                                                    gguf::architectureNames() + "), found " + model.config.family->model_type);
        }
    }

    [[nodiscard]] std::string description() const override {
        std::string text = "importance matrix (" + path_.filename().string();
        for (const std::string& dataset : matrix_.datasets) text += ", of " + dataset;
        if (hidesExperts()) text += ", without the tokens of each expert: taken to be equally many";
        return text + ")";
    }
    [[nodiscard]] bool isDiagonal() const noexcept override { return true; }

    [[nodiscard]] std::optional<InputStatistics> read(const std::string& layer, Index in_features, bool with_hessian,
                                                      JobContext&) const override {
        const auto module = modules_.find(layer);
        if (module == modules_.end()) return std::nullopt;
        const std::optional<KnownSquares> known = find(module->second, in_features);
        if (!known) return std::nullopt;
        if (known->n_tokens == 0 && module->second.n_slices == 0) {
            throw Error(ErrorCode::InvalidOption, "inputs: " + path_.string() + ": '" + known->name +
                                                      "': expected 1 or more tokens, found 0: nothing is known of the input of layer '" +
                                                      layer + "'");
        }
        if (static_cast<Index>(known->mean_squares.size()) != in_features) {
            throw Error(ErrorCode::ShapeMismatch, "inputs: " + path_.string() + ": '" + known->name + "': expected " +
                                                      std::to_string(in_features) + " channels as layer '" + layer + "' has, found " +
                                                      std::to_string(known->mean_squares.size()));
        }
        InputStatistics input;
        ChannelStatistics& channels = input.channels;
        channels.n_tokens = known->n_tokens;
        channels.knows_squares_alone = true;
        const auto n = static_cast<double>(channels.n_tokens);
        const std::size_t n_channels = known->mean_squares.size();
        channels.min.assign(n_channels, 0.0F);
        channels.max.assign(n_channels, 0.0F);
        channels.max_abs.assign(n_channels, 0.0F);
        channels.max_abs_token.assign(n_channels, 0);
        channels.histogram.resize(n_channels);
        for (const float mean : known->mean_squares) {
            channels.sum_squares.push_back(static_cast<double>(mean) * n);
            channels.sum_abs.push_back(std::sqrt(static_cast<double>(mean)) * n);
        }
        if (with_hessian) {
            input.hessian = Matrix::Zero(in_features, in_features);
            for (Index j = 0; j < in_features; ++j) input.hessian(j, j) = 2.0F * known->mean_squares[static_cast<std::size_t>(j)];
        }
        return input;
    }

private:
    [[nodiscard]] const ImatrixEntry* entry(const std::string& weight) const {
        const auto found = matrix_.entries.find(weight);
        return found == matrix_.entries.end() ? nullptr : &found->second;
    }

    /// Whether one number of tokens stands for all experts of some layer.
    [[nodiscard]] bool hidesExperts() const {
        return n_experts_ > 1 && std::ranges::any_of(modules_, [&](const auto& module) {
                   if (module.second.n_slices == 0) return false;
                   const ImatrixEntry* const merged = entry(module.second.name + ".weight");
                   if (merged != nullptr) return static_cast<Index>(merged->counts.size()) != n_experts_;
                   return entry(module.second.former_name + ".weight") != nullptr;
               });
    }

    /// The count of an entry, in tokens. Of a model without experts only means are made of the sums, so that its unit cancels out.
    [[nodiscard]] Index tokens(std::int64_t count) const noexcept {
        constexpr Index kUsualChunk = 512;
        return matrix_.counts_tokens || n_experts_ == 0 ? count : count * kUsualChunk;
    }

    [[nodiscard]] std::optional<KnownSquares> find(const gguf::Module& module, Index in_features) const {
        const std::string name = module.name + ".weight";
        const ImatrixEntry* const found = entry(name);
        if (found != nullptr && module.n_slices > 0) return partOf(*found, name, module.slice, in_features);
        if (found != nullptr) return whole(*found, name);
        // Before experts shared a tensor each had an entry of its own.
        const std::string former = module.former_name + ".weight";
        const ImatrixEntry* const alone = module.former_name.empty() ? nullptr : entry(former);
        if (alone == nullptr) return std::nullopt;
        KnownSquares known = whole(*alone, former);
        known.n_tokens = equalShare(known.n_tokens);
        return known;
    }

    /// What each expert sees of so many tokens if all are chosen equally often: of any at all, at least one.
    [[nodiscard]] Index equalShare(Index n_tokens) const {
        if (n_tokens == 0) return 0;
        const double share = static_cast<double>(per_token_) / static_cast<double>(n_experts_);
        return std::max<Index>(1, std::llround(static_cast<double>(n_tokens) * share));
    }

    [[nodiscard]] KnownSquares whole(const ImatrixEntry& found, const std::string& name) const {
        return {name, found.mean_squares, tokens(found.counts.empty() ? 0 : std::ranges::min(found.counts))};
    }

    [[nodiscard]] KnownSquares partOf(const ImatrixEntry& merged, const std::string& name, int expert, Index in_features) const {
        const auto n_experts = static_cast<std::size_t>(n_experts_);
        const auto n_channels = static_cast<std::size_t>(in_features);
        if (merged.mean_squares.size() != n_experts * n_channels) {
            throw Error(ErrorCode::ShapeMismatch, "inputs: " + path_.string() + ": '" + name + "': expected " +
                                                      std::to_string(in_features) + " channels of " + std::to_string(n_experts) +
                                                      " experts, found " + std::to_string(merged.mean_squares.size()) + " values");
        }
        const std::span<const float> squares =
            std::span(merged.mean_squares).subspan(static_cast<std::size_t>(expert) * n_channels, n_channels);
        if (merged.counts.size() == n_experts) return {name, squares, tokens(merged.counts[static_cast<std::size_t>(expert)])};
        if (merged.counts.size() != 1) {
            throw Error(ErrorCode::ShapeMismatch, "inputs: " + path_.string() + ": '" + name + "': expected one number of tokens, or " +
                                                      std::to_string(n_experts) + " of them, found " +
                                                      std::to_string(merged.counts.size()));
        }
        const bool is_unseen = std::ranges::all_of(squares, [](float mean) { return mean == 1.0F; });
        return {name, squares, is_unseen ? 0 : equalShare(tokens(merged.counts.front()))};
    }

    std::filesystem::path path_;
    Imatrix matrix_;
    std::map<std::string, gguf::Module> modules_;
    Index n_experts_;  ///< of a block; 0: none
    Index per_token_;
};

}  // namespace

std::shared_ptr<const InputSource> openImatrixInputs(const std::filesystem::path& file, const Model& model) {
    return std::make_shared<const ImatrixInputs>(file, model);
}

}  // namespace salient
