#include "core/model/text_windows.h"

#include <algorithm>

#include "core/error.h"

namespace salient {

namespace {

constexpr TokenId kNoTarget = -1;

Index windowCount(Index stream_tokens, Index seq_len, Index max_windows) {
    constexpr Index kShortest = 2;
    if (seq_len < kShortest) {
        throw Error(ErrorCode::InvalidOption, "cutWindows: seq_len: expected at least 2 tokens, found " + std::to_string(seq_len));
    }
    if (stream_tokens < seq_len) {
        throw Error(ErrorCode::InvalidOption, "cutWindows: text: expected at least one window of " + std::to_string(seq_len) +
                                                  " tokens, found " + std::to_string(stream_tokens) + " tokens");
    }
    const Index fitting = stream_tokens / seq_len;
    return max_windows > 0 ? std::min(fitting, max_windows) : fitting;
}

auto at(const std::vector<TokenId>& stream, Index position) { return stream.begin() + position; }

}  // namespace

std::vector<TokenId> tokenStream(const Tokenizer& tokenizer, std::string_view text, bool with_bos) {
    std::vector<TokenId> stream = tokenizer.encode(text, false);
    if (const auto bos = tokenizer.bos(); with_bos && bos) stream.insert(stream.begin(), *bos);
    return stream;
}

TextWindows streamWindows(const Tokenizer& tokenizer, std::string_view text, Index seq_len, Index max_windows) {
    const std::vector<TokenId> stream = tokenStream(tokenizer, text, true);
    TextWindows cut;
    cut.stream_tokens = static_cast<Index>(stream.size());
    const Index n_windows = windowCount(cut.stream_tokens, seq_len, max_windows);
    cut.windows = {{stream.begin(), at(stream, n_windows * seq_len)}, seq_len};
    for (Index window = 0; window < n_windows; ++window) {
        const Index first = window * seq_len;
        cut.first_token.push_back(first);
        cut.targets.insert(cut.targets.end(), at(stream, first + 1), at(stream, first + seq_len));
        cut.targets.push_back(kNoTarget);
    }
    return cut;
}

TextWindows bosWindows(const Tokenizer& tokenizer, std::string_view text, Index seq_len, Index max_windows) {
    const auto bos = tokenizer.bos();
    if (!bos) throw Error(ErrorCode::InvalidOption, "cutWindows: bos-windows: expected a tokenizer that puts a BOS in front, found none");
    const std::vector<TokenId> stream = tokenStream(tokenizer, text, false);
    TextWindows cut;
    cut.stream_tokens = static_cast<Index>(stream.size());
    const Index n_windows = windowCount(cut.stream_tokens, seq_len, max_windows);
    cut.windows.seq_len = seq_len;
    for (Index window = 0; window < n_windows; ++window) {
        const Index first = window * seq_len;
        cut.first_token.push_back(first);
        cut.windows.ids.push_back(*bos);
        cut.windows.ids.insert(cut.windows.ids.end(), at(stream, first), at(stream, first + seq_len - 1));
        cut.targets.insert(cut.targets.end(), at(stream, first), at(stream, first + seq_len));
    }
    return cut;
}

TextWindows secondHalfWindows(const Tokenizer& tokenizer, std::string_view text, Index seq_len, Index max_windows) {
    constexpr Index kShortest = 4;
    if (seq_len < kShortest)
        throw Error(ErrorCode::InvalidOption, "cutWindows: second-half: expected at least 4 tokens, found " + std::to_string(seq_len));
    TextWindows cut = streamWindows(tokenizer, text, seq_len, max_windows);
    const auto bos = tokenizer.bos();
    for (const Index first : cut.first_token) {
        if (bos) *(cut.windows.ids.begin() + first) = *bos;
        std::fill_n(cut.targets.begin() + first, seq_len / 2, kNoTarget);
    }
    return cut;
}

}  // namespace salient
