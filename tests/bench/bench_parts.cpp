#include <benchmark/benchmark.h>

#include "core/calib/samples.h"
#include "core/eval/pooled_image.h"
#include "core/exporter/gguf/pack.h"
#include "core/exporter/pack_gptq.h"
#include "core/kernels/stored.h"
#include "core/quant/grid.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/bench/inputs.h"

// The parts around the solvers, each for itself: reading weights, rounding, packing, tokenizing, pooling pictures.

namespace salient::bench {
namespace {

constexpr Index kSize = 4096;
constexpr std::int64_t kFloatBytes = kSize * kSize * std::int64_t{sizeof(float)};

void widenBFloat16Row(benchmark::State& state) {
    const std::vector<std::byte> stored(2 * kSize, std::byte{0x3f});
    std::vector<float> row(kSize);
    for (auto _ : state) {
        widenBFloat16(stored.data(), row.size(), row.data());
        benchmark::DoNotOptimize(row.data());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stored.size()));
}
BENCHMARK(widenBFloat16Row);

void roundToNearest(benchmark::State& state) {
    const Matrix weight = weights(kSize, kSize, 1);
    GridSpec grid;
    grid.bits = static_cast<int>(state.range(0));
    for (auto _ : state) benchmark::DoNotOptimize(quantizeNearest(weight, grid).codes.data());
    state.SetBytesProcessed(state.iterations() * kFloatBytes);
}
BENCHMARK(roundToNearest)->Arg(3)->Arg(4)->Arg(8)->Unit(benchmark::kMillisecond)->UseRealTime();

void packForGptq(benchmark::State& state) {
    GridSpec grid;
    grid.bits = static_cast<int>(state.range(0));
    const QuantizedTensor tensor = quantizeNearest(weights(kSize, kSize, 2), grid);
    for (auto _ : state) benchmark::DoNotOptimize(packGptq("layer", tensor, DType::F16, GptqVersion::V1).size());
    state.SetItemsProcessed(state.iterations() * kSize * kSize);
}
BENCHMARK(packForGptq)->Arg(3)->Arg(4)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Bytes: of float32 weights.
void packForGguf(benchmark::State& state, GgufWeights type) {
    const Matrix weight = weights(kSize, kSize, 4);
    for (auto _ : state) benchmark::DoNotOptimize(packK(type, weight, {}, {}).bytes.data());
    state.SetBytesProcessed(state.iterations() * kFloatBytes);
}
BENCHMARK_CAPTURE(packForGguf, q4_k, GgufWeights::Q4_K)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(packForGguf, q6_k, GgufWeights::Q6_K)->Unit(benchmark::kMillisecond)->UseRealTime();

/// On one core. The tokenizers of tests/data have few merges, so their words are cut into more tokens than a large vocabulary would: a
/// lower bound. bytes_per_second is to be 5 MB/s or more.
void encodeText(benchmark::State& state, const char* directory) {
    const auto tokenizer = Tokenizer::open(directory);
    const std::string text = readCorpus(SALIENT_RESOURCES "/demo/calib.txt");
    for (auto _ : state) benchmark::DoNotOptimize(tokenizer->encode(text, false).size());
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK_CAPTURE(encodeText, demo, SALIENT_RESOURCES "/demo/model")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, gpt2, SALIENT_TEST_DATA "/tokenizer/gpt2")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, llama3, SALIENT_TEST_DATA "/tokenizer/llama3")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, qwen2_composing, SALIENT_TEST_DATA "/tokenizer/qwen2")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, deepseek_three_expressions, SALIENT_TEST_DATA "/tokenizer/deepseek")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, bloom, SALIENT_TEST_DATA "/tokenizer/bloom")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, metaspace_words, SALIENT_TEST_DATA "/tokenizer/marked_words")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, metaspace_whole, SALIENT_TEST_DATA "/tokenizer/mistral")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, prepending, SALIENT_TEST_DATA "/tokenizer/llama2")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, replacing, SALIENT_TEST_DATA "/tokenizer/gemma")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, unigram_words, SALIENT_TEST_DATA "/tokenizer/t5")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, unigram_whole, SALIENT_TEST_DATA "/tokenizer/unigram_bytes")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, wordpiece, SALIENT_TEST_DATA "/tokenizer/bert_uncased")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, word_level, SALIENT_TEST_DATA "/tokenizer/word_level")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, sentencepiece, SALIENT_TEST_DATA "/tokenizer/sentencepiece")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encodeText, sentencepiece_unigram, SALIENT_TEST_DATA "/tokenizer/sentencepiece_unigram")->Unit(benchmark::kMillisecond);

// What a heatmap asks for while an 11008 × 4096 layer is zoomed out and panned.
void poolPicture(benchmark::State& state) {
    const MagnitudePyramid pyramid(std::make_shared<const Matrix>(weights(11008, kSize, 3)));
    double shift = 0.0;
    for (auto _ : state) {
        shift = shift < 500.0 ? shift + 7.0 : 0.0;
        benchmark::DoNotOptimize(pyramid.pool({shift, shift, 10000.0, 3500.0}, 800, 1200).data());
    }
}
BENCHMARK(poolPicture)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace salient::bench

BENCHMARK_MAIN();
