#include "core/eval/perplexity.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/eval/require_finite.h"
#include "core/eval/text_pass.h"

namespace salient {

namespace {

/// The first n code points; every byte that does not continue one starts one.
std::string_view firstCharacters(std::string_view text, Index n) {
    Index seen = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool continues = (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
        if (!continues && seen++ == n) return text.substr(0, i);
    }
    return text;
}

void validate(const PerplexitySpec& spec) {
    const auto require = [](bool holds, const char* option, Index found) {
        if (!holds) {
            throw Error(ErrorCode::InvalidOption,
                        std::string("perplexity: ") + option + ": expected 0 or a positive number, found " + std::to_string(found));
        }
    };
    require(spec.seq_len >= 0, "seq_len", spec.seq_len);
    require(spec.max_chars >= 0, "max_chars", spec.max_chars);
    require(spec.n_windows >= 0, "n_windows", spec.n_windows);
}

}  // namespace

TextWindows evaluationWindows(const Model& model, std::string_view text, const PerplexitySpec& spec) {
    validate(spec);
    constexpr Index kUsualWindow = 2048;
    const Index seq_len = spec.seq_len > 0 ? spec.seq_len : std::min(kUsualWindow, model.config.max_positions);
    if (spec.max_chars > 0) text = firstCharacters(text, spec.max_chars);
    const Tokenizer& tokenizer = model.requireTokenizer();
    switch (spec.protocol) {
        case PerplexityProtocol::BosWindows:
            return bosWindows(tokenizer, text, seq_len, spec.n_windows);
        case PerplexityProtocol::SecondHalf:
            return secondHalfWindows(tokenizer, text, seq_len, spec.n_windows);
        case PerplexityProtocol::Stream:
            break;
    }
    return streamWindows(tokenizer, text, seq_len, spec.n_windows);
}

TextPass::TextPass(const Model& model, const TextWindows& text, const ForwardOptions& options, JobContext& job)
    : model_(model), text_(text), options_(options), job_(job), hidden_(embed(model, text.windows)), n_positions_(hidden_.values.rows()) {}

void TextPass::report(const Progress& now, std::int64_t units_before) {
    const std::int64_t total = (model_.config.n_blocks + std::int64_t{1}) * n_positions_;
    const std::int64_t within = now.total > 0 ? n_positions_ * now.done / now.total : 0;
    job_.checkpoint({"perplexity", units_before + within, total, now.detail});
}

void TextPass::runBlocks(const BlockLoader& blocks) {
    requireFiniteStates(hidden_, "perplexity: embedding");
    for (int block = 0; block < model_.config.n_blocks; ++block) {
        JobContext part({}, [&](const Progress& now) { report(now, block * n_positions_); });
        BlockWeights weights = blocks(block);
        raised_tokens_.count(weights, model_, block);
        forwardBlock(model_, weights, block, hidden_, options_, {}, part);
        requireFiniteStates(hidden_, "perplexity: block " + std::to_string(block));
    }
}

JobContext TextPass::headProgress() {
    return JobContext({}, [this](const Progress& now) { report(now, model_.config.n_blocks * n_positions_); });
}

PerplexityResult TextPass::result(const std::vector<double>& loss, PerplexityProtocol protocol,
                                  std::chrono::steady_clock::time_point start) const {
    const auto bad = std::ranges::find_if(loss, [](double value) { return !std::isfinite(value); });
    if (bad != loss.end()) refuseLogits(model_, hidden_.values, bad - loss.begin(), text_.windows.seq_len, options_, "perplexity");
    PerplexityResult result;
    result.n_tokens = std::ranges::count_if(text_.targets, [](TokenId target) { return target >= 0; });
    result.n_windows = text_.windows.count();
    result.mean_nll = std::accumulate(loss.begin(), loss.end(), 0.0) / static_cast<double>(result.n_tokens);
    result.perplexity = std::exp(result.mean_nll);
    result.seq_len = text_.windows.seq_len;
    result.protocol = protocol;
    result.compute = options_.compute;
    result.raised_tokens = raised_tokens_.layers();
    result.saturated_inputs = raised_tokens_.saturatedInputs();
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

PerplexityResult TextPass::perplexity(const BlockLoader& blocks, PerplexityProtocol protocol) {
    const auto start = std::chrono::steady_clock::now();
    runBlocks(blocks);
    JobContext part = headProgress();
    return result(negativeLogLikelihood(model_, hidden_.values, text_.targets, options_, part), protocol, start);
}

PerplexityResult perplexity(const Model& model, const BlockLoader& blocks, std::string_view text, const PerplexitySpec& spec,
                            const ForwardOptions& options, JobContext& job) {
    const TextWindows windows = evaluationWindows(model, text, spec);
    return TextPass(model, windows, options, job).perplexity(blocks, spec.protocol);
}

}  // namespace salient
