#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace salient {

// An importance matrix as llama.cpp's llama-imatrix writes it: for the input of each weight, how large it is on average, channel by
// channel. Facts: ggml-org/llama.cpp tools/imatrix/imatrix.cpp. Two forms, all numbers little-endian:
//
// GGUF (since July 2025), "general.type" = "imatrix": for each weight W two F32 tensors, W.in_sum2 [matrices, in], the sums of x² over the
// tokens, and W.counts [matrices, 1], the numbers of tokens; newer files also W.in_sum, the sums of x, not used here. "imatrix.chunk_count"
// and "imatrix.chunk_size" say how many pieces of text there were, and of how many tokens; "imatrix.datasets" names the texts.
//
// The form before (".dat"):  i32 number of entries
//   entries:  i32 length, name    i32 number of chunks c    i32 number of values    f32 values, the mean of x² times c
//   then, in all but the first versions:  i32 number of chunks of the whole    i32 length, name of the text
// It says how many chunks there were but not how long one was. Files from before April 2024 hold sums over a chunk's tokens instead of
// means, which are the same up to one factor.
//
// "Matrices": 1, or the experts of a layer, each of which sees tokens of its own (counts); the old form has their values one after another
// and one number of chunks for all, as has a GGUF file that was made from one. Of an expert that no token was sent to, the old form says
// 1 for every channel; the GGUF form counts 0 tokens. An entry of 0 chunks is refused: every version of the old form writes their number,
// from 1, and what its values would be divided by is not known.

/// What an importance matrix knows of the input of one weight.
struct ImatrixEntry {
    std::vector<float> mean_squares;   ///< [matrices · in]: mean of x² over the tokens that the matrix saw; 0 where it saw none
    std::vector<std::int64_t> counts;  ///< [matrices]: tokens; one number for all of them, and chunks instead of tokens, in the old form
};

/// The whole file.
struct Imatrix {
    std::map<std::string, ImatrixEntry> entries;  ///< by the name of the weight, "blk.0.attn_q.weight"
    bool counts_tokens = true;                    ///< false: the old form, which counts chunks
    std::int64_t n_chunks = 0;                    ///< 0: the file does not say
    std::int64_t chunk_tokens = 0;                ///< 0: the file does not say
    std::vector<std::string> datasets;

    /// Either form, told apart by the first four bytes. Throws Error{Io}, {Format}; {NonFinite} naming weight and channel of a sum that is
    /// NaN, infinite or below zero. Every size is checked against the file before it is used.
    [[nodiscard]] static Imatrix open(const std::filesystem::path& path);
};

}  // namespace salient
