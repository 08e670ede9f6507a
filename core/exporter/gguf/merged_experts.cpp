// One tensor of a GGUF file holds a layer of all experts of a block (or a norm of all heads), one after the other, and has one element
// type.

#include <map>

#include "core/error.h"
#include "core/exporter/gguf/tensor_map.h"

namespace salient {
namespace {

std::string moduleOf(const GgufTensor& tensor) { return tensor.source.substr(0, tensor.source.rfind('.')); }

/// The same for every block: "ffn_up_exps.weight" of "blk.0.ffn_up_exps.weight".
std::string kindOf(const std::string& name) { return name.substr(name.find('.', name.find('.') + 1) + 1); }

/// Two experts whose types differ, the first such pair of their kind of layer, and in how many blocks there is one.
struct Disagreement {
    const GgufTensor* first = nullptr;
    const GgufTensor* other = nullptr;
    int n_blocks = 0;
    int last_block = -1;
};

}  // namespace

std::vector<GgufTensorLayout> ggufFileLayout(const std::vector<GgufTensor>& map) {
    std::vector<GgufTensorLayout> layout;
    std::map<std::string, std::size_t> places;
    for (const GgufTensor& tensor : map) {
        if (tensor.slice < 0) {
            layout.push_back(tensor.layout);
            continue;
        }
        const auto [place, is_first] = places.try_emplace(tensor.layout.name, layout.size());
        if (is_first) {
            layout.push_back(tensor.layout);
            layout.back().shape.insert(layout.back().shape.begin(), 0);
            layout.back().size_bytes = 0;
        }
        GgufTensorLayout& merged = layout[place->second];
        if (merged.type != tensor.layout.type) {
            throw Error(ErrorCode::InvalidOption, "export: " + moduleOf(tensor) + ": expected the type of those before it in " +
                                                      merged.name + ", found " + std::string(name(tensor.element)));
        }
        merged.n_parts = ++merged.shape.front();
        merged.size_bytes += tensor.layout.size_bytes;
    }
    return layout;
}

std::vector<std::string> ggufExpertObstacles(const Model& model, const MethodSpec& method, GgufWeights weights) {
    std::vector<std::string> reasons;
    const bool may_differ = !method.overrides.empty() || !method.keep.empty();
    if (!model.config.family->hasExperts() || !may_differ) return reasons;
    const std::vector<GgufTensor> map = ggufTensorMap(model, method, weights);
    std::map<std::string, const GgufTensor*> firsts;
    std::map<std::string, Disagreement> disagreements;
    for (const GgufTensor& tensor : map) {
        if (tensor.slice < 0) continue;
        const GgufTensor* const first = firsts.try_emplace(tensor.layout.name, &tensor).first->second;
        if (first->element == tensor.element) continue;
        Disagreement& found = disagreements[kindOf(tensor.layout.name)];
        if (found.first == nullptr) {
            found.first = first;
            found.other = &tensor;
        }
        if (found.last_block == tensor.block) continue;
        found.last_block = tensor.block;
        ++found.n_blocks;
    }
    for (const auto& [kind, found] : disagreements) {
        const int n_others = found.n_blocks - 1;
        const std::string others =
            n_others == 0 ? "" : " (and so in " + std::to_string(n_others) + (n_others == 1 ? " other block)" : " other blocks)");
        reasons.push_back("gguf holds this layer of all experts of a block in one tensor, which has one type: " + moduleOf(*found.other) +
                          " would be " + std::string(name(found.other->element)) + ", " + moduleOf(*found.first) + " " +
                          std::string(name(found.first->element)) + others +
                          ": give all experts the same bits and method, or keep all of them or none.");
    }
    return reasons;
}

}  // namespace salient
