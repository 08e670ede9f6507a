#include "core/model/sliding_config.h"

#include <string>
#include <string_view>

namespace salient {

namespace {

constexpr Index kMostPositions = Index{1} << 30;
constexpr Index kMostBlocks = 4096;

/// A list with one word per block: whether the word is `sliding`; any other but `full` is refused.
std::vector<bool> readWords(const ConfigReader& config, const std::string& key, const Json& words, int n_blocks, std::string_view sliding,
                            std::string_view full) {
    if (!words.is_array() || words.size() != static_cast<std::size_t>(n_blocks)) config.fail(key, "one entry per block");
    std::vector<bool> slides;
    for (const Json& word : words) {
        if (word != sliding && word != full) config.failUnsupported(key, std::string(sliding) + " or " + std::string(full));
        slides.push_back(word == sliding);
    }
    return slides;
}

/// "attention_types" of GPT-Neo, [[["global", "local"], 12]]: each list repeated that often, one after the other.
Json unrolled(const ConfigReader& config, const std::string& key) {
    Json words = Json::array();
    const Json& types = config.value(key);
    constexpr const char* kExpected = "pairs of a list and how often it is repeated";
    if (!types.is_array()) config.fail(key, kExpected);
    for (const Json& type : types) {
        if (!type.is_array() || type.size() != 2 || !type[0].is_array() || !type[1].is_number_unsigned() || type[1] > kMostBlocks) {
            config.fail(key, kExpected);
        }
        for (Index i = 0; i < type[1].get<Index>(); ++i) words.insert(words.end(), type[0].begin(), type[0].end());
    }
    return words;
}

std::vector<bool> attentionLayers(const ConfigReader& config, int n_blocks) {
    const bool is_unrolled = config.has("attention_layers");
    const std::string key = is_unrolled ? "attention_layers" : "attention_types";
    return readWords(config, key, is_unrolled ? config.value(key) : unrolled(config, key), n_blocks, "local", "global");
}

std::vector<bool> slidingBlocks(const ConfigReader& config, SlidingBlocks rule, int n_blocks) {
    std::vector<bool> slides;
    switch (rule) {
        case SlidingBlocks::All:
            break;
        case SlidingBlocks::FromMaxWindowLayers: {
            constexpr Index kPublishedDefault = 28;
            const Index first = config.integer("max_window_layers", 0, kMostBlocks, kPublishedDefault);
            for (Index block = 0; block < n_blocks; ++block) slides.push_back(block >= first);
            break;
        }
        case SlidingBlocks::EverySecond:
            for (Index block = 0; block < n_blocks; ++block) slides.push_back(block % 2 == 0);
            break;
        case SlidingBlocks::AllButEveryNth: {
            constexpr Index kPublishedDefault = 6;
            const Index n = config.integer("sliding_window_pattern", 1, kMostBlocks, kPublishedDefault);
            for (Index block = 0; block < n_blocks; ++block) slides.push_back((block + 1) % n != 0);
            break;
        }
        case SlidingBlocks::AttentionLayers:
            return attentionLayers(config, n_blocks);
    }
    return slides;
}

}  // namespace

void readSlidingWindow(const ConfigReader& config, ModelConfig& c) {
    const ConfigKeys& keys = c.family->keys;
    const SlidingBlocks rule = c.family->sliding_blocks;
    const bool is_switched = !keys.sliding_window_switch.empty();
    if (is_switched && !config.boolean(keys.sliding_window_switch, false)) return;
    // Where only some blocks slide, a file without the width is not a model without a window.
    const bool is_required = !is_switched && rule != SlidingBlocks::All;
    if (!config.has(keys.sliding_window) && !is_required) return;
    c.sliding_window = config.integer(keys.sliding_window, 1, kMostPositions);
    c.block_slides = config.has("layer_types")
                         ? readWords(config, "layer_types", config.value("layer_types"), c.n_blocks, "sliding_attention", "full_attention")
                         : slidingBlocks(config, rule, c.n_blocks);
}

}  // namespace salient
