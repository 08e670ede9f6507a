#include <omp.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <oneapi/dnnl/dnnl.hpp>
#include <string_view>

#include "core/io/process_memory.h"
#include "core/kernels/attention.h"
#include "core/kernels/parallel.h"
#include "core/model/block_parts.h"
#include "core/model/forward.h"
#include "tests/bench/gemm_time.h"
#include "tests/bench/inputs.h"

// Times one random LLaMA block of 2048 and of 4096 channels over 2048 tokens, in float32 and in bfloat16, against oneDNN's own products of
// the same shapes on its own threads. One JSON line per case.

namespace salient::bench {
namespace {

constexpr Index kTokens = 2048;

struct Shape {
    Index hidden;
    Index intermediate;
    Index n_heads;
    Index n_kv_heads;
};

Json configOf(const Shape& shape) {
    return {{"model_type", "llama"},  {"hidden_size", shape.hidden},          {"intermediate_size", shape.intermediate},
            {"num_hidden_layers", 1}, {"num_attention_heads", shape.n_heads}, {"num_key_value_heads", shape.n_kv_heads},
            {"vocab_size", 1000},     {"max_position_embeddings", kTokens}};
}

/// A model without files: all that a block's pass asks of it.
Model modelOf(const Shape& shape) {
    Model model;
    model.config = ModelConfig::parse(configOf(shape), "bench");
    model.name_prefix = "model.";
    model.groups = inputGroups(model.config, model.name_prefix);
    return model;
}

BlockWeights randomBlock(const ModelConfig& config) {
    BlockWeights block;
    const std::vector<float> ones(static_cast<std::size_t>(config.hidden_size), 1.0F);
    block.attention_norm.gain = block.mlp_norm.gain = ones;
    std::uint64_t seed = 100;
    for (const LinearFact& fact : config.family->linears) {
        const auto [rows, cols] = config.linearShape(fact.role);
        block.linears[fact.role].weight = weights(rows, cols, ++seed);
    }
    return block;
}

/// Wall clock, or with one thread the processor time of this process, which a busy machine disturbs less.
double now() {
    if (threadCount() == 1) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <typename Work>
double secondsOf(Work&& work) {
    constexpr int kRepetitions = 3;
    work();
    std::vector<double> seconds;
    for (int i = 0; i < kRepetitions; ++i) {
        const double start = now();
        work();
        seconds.push_back(now() - start);
    }
    return median(seconds);
}

/// oneDNN's matmul of [tokens, in] and [in, out], both already in the type and layout it likes best.
double oneDnnSeconds(Index in_features, Index out_features, Compute compute) {
    using dnnl::memory;
    const auto type = compute == Compute::BFloat16 ? memory::data_type::bf16 : memory::data_type::f32;
    dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    dnnl::stream stream(engine);
    const memory::desc x({kTokens, in_features}, type, memory::format_tag::any);
    const memory::desc w({in_features, out_features}, type, memory::format_tag::any);
    const memory::desc y({kTokens, out_features}, memory::data_type::f32, memory::format_tag::any);
    const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(x, w, y), engine);
    memory x_memory(description.src_desc(), engine);
    memory w_memory(description.weights_desc(), engine);
    memory y_memory(description.dst_desc(), engine);
    for (memory* m : {&x_memory, &w_memory})
        std::fill_n(static_cast<std::byte*>(m->get_data_handle()), m->get_desc().get_size(), std::byte{0});
    dnnl::matmul product(description);
    return secondsOf([&] {
        product.execute(stream, {{DNNL_ARG_SRC, x_memory}, {DNNL_ARG_WEIGHTS, w_memory}, {DNNL_ARG_DST, y_memory}});
        stream.wait();
    });
}

void time(const Shape& shape, Compute compute) {
    const Model model = modelOf(shape);
    const ModelConfig& config = model.config;
    const BlockWeights block = randomBlock(config);
    const Matrix start = activations(kTokens, shape.hidden, 1);
    const Matrix middle = activations(kTokens, shape.intermediate, 2);

    double flop = 0.0;
    double linear_seconds = 0.0;
    double onednn_seconds = 0.0;
    for (const auto& [role, layer] : block.linears) {
        const Matrix& x = role == Role::Down ? middle : start;
        flop += 2.0 * static_cast<double>(kTokens) * static_cast<double>(layer.weight.size());
        linear_seconds += secondsOf([&, &layer = layer] { static_cast<void>(applyLinear(x, layer, compute)); });
        omp_set_num_threads(threadCount());
        onednn_seconds += oneDnnSeconds(layer.weight.cols(), layer.weight.rows(), compute);
        omp_set_num_threads(1);  // as the product leaves it: one thread inside a tile
    }
    const Matrix q = activations(kTokens, shape.hidden, 3);
    const Matrix k = activations(kTokens, shape.n_kv_heads * config.head_dim, 4);
    AttentionShape attention{kTokens,
                             shape.n_heads,
                             shape.n_kv_heads,
                             config.head_dim,
                             0,
                             static_cast<float>(1.0 / std::sqrt(static_cast<double>(config.head_dim)))};
    const double attention_seconds = secondsOf([&] { static_cast<void>(causalAttention(q, k, k, attention, compute)); });
    // Scores and their sums, for the half of the pairs that the mask leaves.
    flop += 2.0 * static_cast<double>(kTokens) * static_cast<double>(kTokens) * static_cast<double>(shape.hidden);

    ForwardOptions options;
    options.compute = compute;
    const double seconds = secondsOf([&] {
        HiddenStates hidden{start, kTokens};
        JobContext job;
        forwardBlock(model, block, 0, hidden, options, {}, job);
    });
    std::printf(
        "{\"case\": \"forward_%s_%ld\", \"seconds\": %.4f, \"gflops\": %.1f, \"tokens_per_second\": %.0f, \"linear_seconds\": %.4f, "
        "\"attention_seconds\": %.4f, \"onednn_seconds\": %.4f, \"onednn_gflops\": %.1f}\n",
        compute == Compute::BFloat16 ? "bf16" : "f32", static_cast<long>(shape.hidden), seconds, flop / seconds / 1e9,
        static_cast<double>(kTokens) / seconds, linear_seconds, attention_seconds, onednn_seconds,
        (flop - 2.0 * static_cast<double>(kTokens * kTokens) * static_cast<double>(shape.hidden)) / onednn_seconds / 1e9);
    std::fflush(stdout);
}

}  // namespace
}  // namespace salient::bench

int main(int argc, char** argv) {
    salient::keepFreedMemory();  // as the programs do
    using namespace salient;
    Index only = 0;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--threads" && i + 1 < argc) {
            setThreadCount(std::atoi(argv[++i]));
        } else if (argument == "--hidden" && i + 1 < argc) {
            const std::string_view size = argv[++i];
            only = size == "2048" ? 2048 : size == "4096" ? 4096 : -1;
        } else {
            only = -1;
        }
    }
    if (only < 0) {
        std::fprintf(stderr, "usage: salient_bench_forward [--hidden 2048|4096] [--threads N]\n");
        return 2;
    }
    try {
        for (const bench::Shape& shape : {bench::Shape{2048, 5632, 32, 4}, bench::Shape{4096, 11008, 32, 32}}) {
            if (only != 0 && shape.hidden != only) continue;
            for (const Compute compute : {Compute::Float32, Compute::BFloat16}) bench::time(shape, compute);
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "salient_bench_forward: %s\n", error.what());
        return 1;
    }
    return 0;
}
