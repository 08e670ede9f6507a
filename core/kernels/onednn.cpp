#include "core/kernels/onednn.h"

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

bool hasExactInt8Products() noexcept {
    const dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
    return isa == dnnl_cpu_isa_avx512_core_vnni || isa == dnnl_cpu_isa_avx512_core_bf16 || isa == dnnl_cpu_isa_avx512_core_amx ||
           isa == dnnl_cpu_isa_avx2_vnni;
}

}  // namespace salient
