#include "widgets/layer_order.h"

#include <algorithm>
#include <map>
#include <set>

namespace salient {

namespace {

using Names = std::vector<std::string>;

Names namesOf(const RunResult& run) {
    Names names;
    for (const LayerReport& layer : run.layers) names.push_back(layer.name);
    return names;
}

/// Two parts of one order, put together: what both have keeps its place, and what `other` alone has comes right after what precedes it.
Names merged(const Names& first, const Names& other) {
    std::map<std::string, std::size_t> place_of;
    for (std::size_t i = 0; i < first.size(); ++i) place_of.emplace(first[i], i);
    Names all;
    std::size_t next = 0;
    for (const std::string& name : other) {
        const auto known = place_of.find(name);
        if (known == place_of.end()) {
            all.push_back(name);
            continue;
        }
        for (; next <= known->second; ++next) all.push_back(first[next]);
    }
    for (; next < first.size(); ++next) all.push_back(first[next]);
    return all;
}

}  // namespace

std::vector<std::string> layerOrder(const std::vector<std::shared_ptr<const RunResult>>& runs) {
    const auto holds_model = [](const auto& run) { return run->model != nullptr && run->model->original != nullptr; };
    const auto with_model = std::ranges::find_if(runs, holds_model);
    Names order;
    if (with_model == runs.end()) {
        for (const auto& run : runs) order = merged(order, namesOf(*run));
        return order;
    }
    std::set<std::string> quantized;
    for (const auto& run : runs) {
        for (const LayerReport& layer : run->layers) quantized.insert(layer.name);
    }
    for (const LinearInfo& linear : (*with_model)->model->original->linears) {
        if (quantized.contains(linear.name)) order.push_back(linear.name);
    }
    return order;
}

}  // namespace salient
