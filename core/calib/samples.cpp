#include "core/calib/samples.h"

#include <algorithm>

#include "core/calib/random.h"
#include "core/error.h"
#include "core/model/text_windows.h"

namespace salient {

namespace {

/// n starts in [0, slack + n · seq_len] at least seq_len apart: n sorted draws from the slack, each moved behind the windows
/// before it; then shuffled, so that the first k samples are as good as any k.
std::vector<Index> drawStarts(Index n_windows, Index seq_len, Index stream_tokens, std::uint64_t seed) {
    SplitMix64 random(seed);
    const auto slack = static_cast<std::uint64_t>(stream_tokens - n_windows * seq_len);
    std::vector<Index> starts;
    for (Index i = 0; i < n_windows; ++i) starts.push_back(static_cast<Index>(random.below(slack + 1)));
    std::sort(starts.begin(), starts.end());
    for (std::size_t i = 0; i < starts.size(); ++i) starts[i] += static_cast<Index>(i) * seq_len;
    for (std::size_t i = starts.size(); i > 1; --i) std::swap(starts[i - 1], starts[random.below(i)]);
    return starts;
}

Samples randomSamples(const Tokenizer& tokenizer, std::string_view text, const SampleSpec& spec) {
    const std::vector<TokenId> stream = tokenStream(tokenizer, text, true);
    const auto n_tokens = static_cast<Index>(stream.size());
    if (n_tokens < spec.seq_len) {
        throw Error(ErrorCode::InvalidOption, "drawSamples: text: expected at least one window of " + std::to_string(spec.seq_len) +
                                                  " tokens, found " + std::to_string(n_tokens) + " tokens");
    }
    const Index n_windows = std::min<Index>(spec.n_samples, n_tokens / spec.seq_len);
    Samples samples;
    samples.spec = spec;
    samples.stream_tokens = n_tokens;
    samples.first_token = drawStarts(n_windows, spec.seq_len, n_tokens, spec.seed);
    samples.windows.seq_len = spec.seq_len;
    for (const Index start : samples.first_token) {
        samples.windows.ids.insert(samples.windows.ids.end(), stream.begin() + start, stream.begin() + start + spec.seq_len);
    }
    return samples;
}

}  // namespace

void SampleSpec::validate() const {
    constexpr Index kMostTokens = Index{1} << 31;
    if (n_samples < 1) {
        throw Error(ErrorCode::InvalidOption, "drawSamples: n_samples: expected at least 1, found " + std::to_string(n_samples));
    }
    if (seq_len < 2 || seq_len > kMostTokens) {
        throw Error(ErrorCode::InvalidOption, "drawSamples: seq_len: expected 2 or more tokens, found " + std::to_string(seq_len));
    }
}

Samples drawSamples(const Tokenizer& tokenizer, std::string_view text, const SampleSpec& spec) {
    spec.validate();
    if (spec.choice == SampleSpec::Choice::Random) return randomSamples(tokenizer, text, spec);
    const bool with_bos = spec.choice == SampleSpec::Choice::BosWindows;
    TextWindows cut =
        with_bos ? bosWindows(tokenizer, text, spec.seq_len, spec.n_samples) : streamWindows(tokenizer, text, spec.seq_len, spec.n_samples);
    return {spec, std::move(cut.windows), std::move(cut.first_token), cut.stream_tokens};
}

}  // namespace salient
