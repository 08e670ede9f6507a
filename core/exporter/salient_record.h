#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/exporter/export_checkpoint.h"
#include "core/exporter/stored_floats.h"

namespace salient {

inline constexpr const char* kSalientRecordFile = "salient.json";

/// What the writer meant, kept beside the weights: loaders ignore the file, verifyCheckpoint() compares with it.
/// Checksums are those of checksum.h; channel scales are kept once per distinct vector, as floatsToText() writes them.
struct SalientRecord {
    struct Layer {
        std::string weight;  ///< checksum of the float32 weight [out, in] that a loader computes
        std::string scales;  ///< key in `scales`; empty: not scaled
    };

    ExportFormat format = ExportFormat::Gptq;
    std::string method;
    std::map<std::string, Layer> layers;
    std::map<std::string, std::string> tensors;  ///< checksum of the stored bytes of every tensor outside packed layers
    std::map<std::string, std::string> scales;
    std::map<std::string, std::int64_t> flushed;         ///< tensors in which so many values became 0 in the stored type
    std::map<std::string, std::int64_t> subnormal;       ///< … and so many others lost digits (StoredFloats::n_subnormal)
    std::map<std::string, double> shifted;               ///< layers whose groups moved as a whole by up to so many steps (GGUF's Q4_1)
    std::map<std::string, std::int64_t> raised;          ///< WriteCounts::raised_importances
    std::map<std::string, std::int64_t> raised_factors;  ///< WriteCounts::raised_factors
    Json provenance = Json::object();

    /// All tensors together.
    [[nodiscard]] WriteCounts counts() const;
    /// Notes what the stored type made of a tensor.
    void addStored(const std::string& tensor, const StoredFloats& stored);
    void addLayer(const std::string& name, std::uint64_t weight_checksum, std::span<const float> channel_scale);
};

[[nodiscard]] Json toJson(const SalientRecord& record);
/// Throws Error{Format} naming `origin` and the key.
[[nodiscard]] SalientRecord recordFromJson(const Json& document, const std::string& origin);

}  // namespace salient
