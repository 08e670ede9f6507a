#include "core/quant/quantize_block.h"

#include <algorithm>
#include <cmath>

#include "core/io/name_pattern.h"
#include "core/quant/scaling.h"
#include "core/tensor/float16.h"

namespace salient {

namespace {

/// The expressions of a method's `keep`, compiled once for all the names they are held against.
class KeptNames {
public:
    explicit KeptNames(const MethodSpec& method) {
        for (const std::string& pattern : method.keep) patterns_.emplace_back(pattern, "quantize: keep");
    }

    [[nodiscard]] bool contains(const LinearInfo& linear) const {
        return isRouter(linear.role) ||
               std::any_of(patterns_.begin(), patterns_.end(), [&](const NamePattern& pattern) { return pattern.occursIn(linear.name); });
    }

private:
    std::vector<NamePattern> patterns_;
};

BlockLayers blockLayers(const Model& model, int block, const KeptNames& kept) {
    BlockLayers layers;
    for (const LinearInfo& linear : model.linearsOf(block)) {
        layers.all.push_back(&linear);
        layers.is_kept.push_back(kept.contains(linear));
    }
    return layers;
}

bool takesScales(const Model& model, int group, const BlockLayers& layers, const MethodSpec& method) {
    const Absorber& absorber = model.groups[static_cast<std::size_t>(group)].absorber;
    if (absorber.kind == Absorber::Kind::None) return false;
    if (absorber.kind == Absorber::Kind::Linear && !method.fold_into_linears) return false;
    const int leader = scaleGroup(model, group);
    for (std::size_t i = 0; i < layers.all.size(); ++i) {
        if (layers.is_kept[i] || scaleGroup(model, layers.all[i]->group) != leader) continue;
        // checkMethod() sees to it that the other members agree with the first.
        const Scaling scaling = methodFor(method, layers.all[i]->name).scaling;
        return scaling == Scaling::SmoothQuant || (scaling == Scaling::Awq && method.awq.search_scale);
    }
    return false;
}

/// One block on its way from original to quantized.
class BlockWalk {
public:
    BlockWalk(const Model& model, int block, const BlockWeights& original, std::span<const InputStatistics> statistics,
              const MethodSpec& method, JobContext& job)
        : model_(model), block_(block), original_(original), statistics_(statistics), method_(method), job_(job) {
        result_.block = block;
        layers_ = blockLayers(model, block, method);
        members_.resize(model.groups.size());
        for (std::size_t i = 0; i < layers_.all.size(); ++i) {
            if (!layers_.is_kept[i]) members_[static_cast<std::size_t>(layers_.all[i]->group)].push_back(layers_.all[i]);
        }
    }

    QuantizedBlock run(const GroupObserver& observe) {
        for (int group = 0; group < groupCount(); ++group) chooseScales(group);
        BlockWeights so_far;
        std::vector<InputStatistics> observed;  // of the groups of one stage
        int observed_stage = -1;
        if (observe) so_far = original_;
        for (int group = 0; group < groupCount(); ++group) {
            if (members(group).empty()) continue;
            const InputStatistics& original_input = statistics_[static_cast<std::size_t>(group)];
            if (!observe) {
                roundGroup(group, original_input);
                continue;
            }
            if (this->group(group).stage != observed_stage) {
                observed_stage = this->group(group).stage;
                takeOver(so_far);
                observed = observe(group, so_far);
            }
            InputStatistics& input = observed[static_cast<std::size_t>(group)];
            // Scales were chosen, and folded, from the original block's channels.
            input.channels = original_input.channels;
            roundGroup(group, input);
        }
        foldNorms();
        foldKeptLayers();
        return std::move(result_);
    }

private:
    [[nodiscard]] int groupCount() const { return static_cast<int>(model_.groups.size()); }
    [[nodiscard]] const InputGroup& group(int g) const { return model_.groups[static_cast<std::size_t>(g)]; }

    /// The layers of a group that are rounded.
    [[nodiscard]] const std::vector<const LinearInfo*>& members(int g) const { return members_[static_cast<std::size_t>(g)]; }

    /// What was rounded since takes the place of the original in the block that is observed next.
    void takeOver(BlockWeights& so_far) {
        for (; n_taken_ < result_.linears.size(); ++n_taken_) {
            const QuantizedLinear& linear = result_.linears[n_taken_];
            so_far.linears.at(model_.linear(linear.name).key()).weight = linear.effectiveWeight();
        }
    }

    /// One vector for all layers that read one norm, those of experts included, judged on the tokens that the norm saw: all of them.
    void chooseScales(int g) {
        if (group(g).scaled_with != g || !takesScales(model_, g, layers_, method_)) return;
        std::vector<MatrixView> weights;
        std::vector<std::string> names;
        for (int other = g; other < groupCount(); ++other) {
            if (group(other).scaled_with != g) continue;
            for (const LinearInfo* linear : members(other)) {
                weights.emplace_back(original_.linears.at(linear->key()).weight);
                names.push_back(linear->name);
            }
        }
        const InputStatistics& input = statistics_[static_cast<std::size_t>(g)];
        JobContext part = progress(group(g).title);
        scales_[g] = chooseSharedScale(weights, names, input, methodFor(method_, names.front()), part);
        makeStorable(g, scales_[g]);
    }

    /// A gain stored as gain − offset loses digits when it is divided to something small: gain − 1 ≈ −1 keeps none of them in 16 bits.
    /// So the scales give way, by at most what rounding would have cost: what will be stored is a bfloat16 number.
    void makeStorable(int g, SharedScale& shared) const {
        std::vector<float>& scales = shared.scales;
        const auto offset = static_cast<float>(model_.config.family->norm.gain_offset);
        if (offset == 0.0F || scales.empty() || group(g).absorber.kind != Absorber::Kind::Norm) return;
        const std::vector<float>& gain = (feedsAttention(group(g)) ? original_.attention_norm : original_.mlp_norm).gain;
        for (std::size_t j = 0; j < scales.size(); ++j) {
            if (gain[j] == 0.0F) continue;
            float folded = offset + fromBFloat16(toBFloat16(gain[j] / scales[j] - offset));
            constexpr float kStep = 0x1p-7F;  // of bfloat16 beyond 1: the smallest gain that is surely stored apart from zero
            if (folded * gain[j] <= 0.0F) {
                folded = std::copysign(kStep, gain[j]);
                ++shared.n_bounded;
            }
            scales[j] = gain[j] / folded;
        }
    }

    /// What the rows of a layer are divided by because a later group's scales went there, or nothing.
    [[nodiscard]] std::span<const float> rowScale(const LinearInfo& linear) const {
        for (const auto& [g, scales] : scales_) {
            const Absorber& absorber = group(g).absorber;
            if (absorber.kind == Absorber::Kind::Linear && LinearKey(absorber.role, group(g).expert) == linear.key()) return scales.scales;
        }
        return {};
    }

    /// The scales on the columns of a group, if any.
    [[nodiscard]] const SharedScale* columnScale(int g) const {
        const auto found = scales_.find(group(g).scaled_with);
        return found == scales_.end() ? nullptr : &found->second;
    }

    void roundGroup(int g, const InputStatistics& input) {
        const std::vector<const LinearInfo*>& linears = members(g);
        std::vector<MatrixView> weights;
        std::vector<std::string> names;
        std::vector<std::span<const float>> row_scales;
        for (const LinearInfo* linear : linears) {
            weights.emplace_back(original_.linears.at(linear->key()).weight);
            names.push_back(linear->name);
            row_scales.push_back(rowScale(*linear));
        }
        const SharedScale* const scales = columnScale(g);
        const SharedScale scale = scales != nullptr ? *scales : SharedScale{};
        JobContext part = progress(names.front());
        std::vector<QuantizedLinear> rounded = quantizeGroup(weights, names, row_scales, input, scale, method_, part);
        for (std::size_t i = 0; i < rounded.size(); ++i) {
            QuantizedLinear& linear = rounded[i];
            linear.bias = original_.linears.at(linears[i]->key()).bias;
            if (!linear.row_scale.empty()) divide(linear.bias, linear.row_scale);
            result_.linears.push_back(std::move(linear));
        }
    }

    void foldNorms() {
        for (const auto& [g, scales] : scales_) {
            const Absorber& absorber = group(g).absorber;
            if (absorber.kind != Absorber::Kind::Norm) continue;
            const std::string name = absorberName(absorber, block_);
            NormWeights norm = feedsAttention(group(g)) ? original_.attention_norm : original_.mlp_norm;
            divide(norm.gain, scales.scales);
            divide(norm.bias, scales.scales);
            const auto offset = static_cast<float>(model_.config.family->norm.gain_offset);
            for (float& gain : norm.gain) gain -= offset;
            result_.replaced[name + ".weight"] = std::move(norm.gain);
            if (!norm.bias.empty()) result_.replaced[name + ".bias"] = std::move(norm.bias);
        }
    }

    /// Layers that stay in 16 bits still have to take part in a fold: columns of their group, rows for a later one.
    void foldKeptLayers() {
        for (std::size_t i = 0; i < layers_.all.size(); ++i) {
            if (!layers_.is_kept[i]) continue;
            const LinearInfo& linear = *layers_.all[i];
            const std::span<const float> row_scale = rowScale(linear);
            const SharedScale* const scales = columnScale(linear.group);
            if (row_scale.empty() && scales == nullptr) continue;
            LinearWeights weights = original_.linears.at(linear.key());
            if (!row_scale.empty()) {
                weights.weight = unscaledRows(weights.weight, row_scale);
                divide(weights.bias, row_scale);
                if (!weights.bias.empty()) result_.replaced[linear.name + ".bias"] = weights.bias;
            }
            if (scales != nullptr) weights.weight = scaledColumns(weights.weight, scales->scales);
            result_.kept[linear.name] = std::move(weights.weight);
        }
    }

    [[nodiscard]] JobContext progress(const std::string& detail) {
        const std::int64_t before = model_.linearsOf(block_).data() - model_.linears.data();
        return layerProgress(job_, before + static_cast<std::int64_t>(result_.linears.size()),
                             static_cast<std::int64_t>(model_.linears.size()), detail);
    }

    const Model& model_;
    int block_;
    const BlockWeights& original_;
    std::span<const InputStatistics> statistics_;
    const MethodSpec& method_;
    JobContext& job_;
    BlockLayers layers_;
    std::vector<std::vector<const LinearInfo*>> members_;  // by group
    std::map<int, SharedScale> scales_;                    // by group
    std::size_t n_taken_ = 0;
    QuantizedBlock result_;
};

}  // namespace

BlockLayers blockLayers(const Model& model, int block, const MethodSpec& method) { return blockLayers(model, block, KeptNames(method)); }

std::vector<const LinearInfo*> quantizedLayers(const Model& model, const MethodSpec& method) {
    const KeptNames kept(method);
    std::vector<const LinearInfo*> result;
    for (const LinearInfo& linear : model.linears) {
        if (!kept.contains(linear)) result.push_back(&linear);
    }
    return result;
}

bool takesScales(const Model& model, int block, int group, const MethodSpec& method) {
    return takesScales(model, group, blockLayers(model, block, method), method);
}

JobContext layerProgress(JobContext& job, std::int64_t done, std::int64_t total, std::string detail) {
    return JobContext(job.stopToken(), [&job, done, total, detail = std::move(detail)](const Progress&) {
        job.checkpoint({"quantizing", done, total, detail});
    });
}

QuantizedBlock quantizeBlock(const Model& model, int block, const BlockWeights& original, std::span<const InputStatistics> statistics,
                             const MethodSpec& method, const GroupObserver& observe, JobContext& job) {
    return BlockWalk(model, block, original, statistics, method, job).run(observe);
}

}  // namespace salient
