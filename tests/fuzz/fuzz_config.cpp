// config.json: what is accepted must have sizes that can be multiplied.
#include "core/model/model_config.h"
#include "tests/fuzz/fuzz_testing.h"

using namespace salient;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    refusesOrReads([&] {
        const ModelConfig config = ModelConfig::parse(parseJson(asText(data, size), "config.json"), "config.json");
        if (config.n_blocks < 1 || config.n_heads % config.n_kv_heads != 0) std::abort();
        std::vector<LinearKey> keys;
        for (const LinearFact& linear : config.family->linears) keys.emplace_back(linear.role);
        if (config.experts.count > 0) keys.insert(keys.end(), {Role::Router, {Role::Up, 0}, {Role::Down, 0}});
        if (config.experts.shared_size > 0) keys.emplace_back(Role::Down, kSharedExpert);
        if (config.experts.per_token > config.experts.count) std::abort();
        for (const LinearKey& key : keys) {
            const auto [out_features, in_features] = config.linearShape(key);
            Index n_bytes = 0;
            if (out_features < 1 || in_features < 1 || __builtin_mul_overflow(out_features, 4 * in_features, &n_bytes)) std::abort();
        }
        for (int block = 0; block < config.n_blocks; ++block) {
            if (config.slidingWindow(block) < 0) std::abort();
        }
    });
    return 0;
}
