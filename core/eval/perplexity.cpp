#include "core/eval/perplexity.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/model/text_windows.h"

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

/// Names the first position whose loss is none.
void requireFinite(const std::vector<double>& loss, Index seq_len) {
    const auto bad = std::ranges::find_if(loss, [](double value) { return !std::isfinite(value); });
    if (bad == loss.end()) return;
    const auto position = static_cast<Index>(bad - loss.begin());
    throw Error(ErrorCode::NonFinite, "perplexity: loss: expected a finite number, found " + std::to_string(*bad) + " in window " +
                                          std::to_string(position / seq_len) + ", token " + std::to_string(position % seq_len) +
                                          "; the model's activations overflow or its weights are damaged");
}

}  // namespace

std::string_view name(PerplexityProtocol protocol) noexcept { return protocol == PerplexityProtocol::Stream ? "stream" : "bos-windows"; }

PerplexityResult perplexity(const Model& model, const BlockLoader& blocks, std::string_view text, const PerplexitySpec& spec,
                            const ForwardOptions& options, JobContext& job) {
    const auto start = std::chrono::steady_clock::now();
    validate(spec);
    constexpr Index kUsualWindow = 2048;
    const Index seq_len = spec.seq_len > 0 ? spec.seq_len : std::min(kUsualWindow, model.config.max_positions);
    if (spec.max_chars > 0) text = firstCharacters(text, spec.max_chars);
    const Tokenizer& tokenizer = model.requireTokenizer();
    const TextWindows cut = spec.protocol == PerplexityProtocol::Stream ? streamWindows(tokenizer, text, seq_len, spec.n_windows)
                                                                        : bosWindows(tokenizer, text, seq_len, spec.n_windows);

    // One unit of progress is a token through a block; the head counts as one more block.
    HiddenStates hidden = embed(model, cut.windows);
    const std::int64_t n_positions = hidden.values.rows();
    const std::int64_t total = (model.config.n_blocks + std::int64_t{1}) * n_positions;
    const auto report = [&](const Progress& now, std::int64_t units_before) {
        const std::int64_t within = now.total > 0 ? n_positions * now.done / now.total : 0;
        job.checkpoint({"perplexity", units_before + within, total, now.detail});
    };
    for (int block = 0; block < model.config.n_blocks; ++block) {
        JobContext part({}, [&](const Progress& now) { report(now, block * n_positions); });
        forwardBlock(model, blocks(block), block, hidden, options, {}, part);
    }
    JobContext part({}, [&](const Progress& now) { report(now, model.config.n_blocks * n_positions); });
    const std::vector<double> loss = negativeLogLikelihood(model, hidden.values, cut.targets, options, part);

    PerplexityResult result;
    result.n_tokens = std::ranges::count_if(cut.targets, [](TokenId target) { return target >= 0; });
    result.n_windows = cut.windows.count();
    result.mean_nll = std::accumulate(loss.begin(), loss.end(), 0.0) / static_cast<double>(result.n_tokens);
    result.perplexity = std::exp(result.mean_nll);
    result.seq_len = seq_len;
    result.protocol = spec.protocol;
    result.compute = options.compute;
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    requireFinite(loss, seq_len);
    return result;
}

}  // namespace salient
