// What the record of an unfinished job asks of the layers that compute and write, for its reader under a fuzzer.
#include "core/exporter/export_checkpoint.h"
#include "core/kernels/onednn.h"

namespace salient {

std::string instructionSetName() { return "none"; }

bool isWeightsFile(std::string_view name) noexcept { return name.ends_with(".safetensors"); }

}  // namespace salient
