#include "core/kernels/onednn.h"

#include <hwy/targets.h>
#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

namespace salient {

void useOneThreadInOneDnn() noexcept {
    thread_local bool is_set = false;
    if (is_set) return;
    omp_set_num_threads(1);
    is_set = true;
}

bool hasTileInstructions() noexcept { return dnnl_get_effective_cpu_isa() == dnnl_cpu_isa_avx512_core_amx; }

bool hasBFloat16Instructions() noexcept { return hasTileInstructions() || dnnl_get_effective_cpu_isa() == dnnl_cpu_isa_avx512_core_bf16; }

bool hasExactInt8Products() noexcept {
    const dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
    return isa == dnnl_cpu_isa_avx512_core_vnni || isa == dnnl_cpu_isa_avx512_core_bf16 || isa == dnnl_cpu_isa_avx512_core_amx ||
           isa == dnnl_cpu_isa_avx2_vnni;
}

std::string instructionSetName() {
    const dnnl_version_t& version = *dnnl_version();
    const std::int64_t supported = hwy::SupportedTargets();
    return "oneDNN " + std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.patch) +
           " level " + std::to_string(static_cast<int>(dnnl_get_effective_cpu_isa())) + ", Highway " +
           hwy::TargetName(supported & -supported);  // the lowest bit is the best
}

}  // namespace salient
