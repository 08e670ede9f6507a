#include <algorithm>
#include <array>

#include "core/exporter/export_checkpoint.h"

namespace salient {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"gptq", "awq", "compressed-tensors", "dequantized", "gguf"};

}  // namespace

std::string_view name(ExportFormat format) noexcept { return kNames[static_cast<std::size_t>(format)]; }

ExportFormat exportFormatFromName(std::string_view name) {
    const auto found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) {
        std::string known;
        for (const std::string_view each : kNames) known += (known.empty() ? "" : ", ") + std::string(each);
        throw Error(ErrorCode::InvalidOption, "export: format: expected one of " + known + ", found '" + std::string(name) + "'");
    }
    return static_cast<ExportFormat>(found - kNames.begin());
}

const std::vector<std::string>& exportFormatNames() {
    static const std::vector<std::string> names(kNames.begin(), kNames.end());
    return names;
}

DType storedScaleType(ExportFormat format, const ModelConfig& config) noexcept {
    if (format == ExportFormat::Dequantized) return DType::F32;
    const bool keeps_bfloat16 = format == ExportFormat::Gptq || format == ExportFormat::CompressedTensors;
    return keeps_bfloat16 && config.stored_dtype == "bfloat16" ? DType::BF16 : DType::F16;
}

}  // namespace salient
