#pragma once

#include "app/cli/command.h"
#include "app/cli/memory_use.h"
#include "app/cli/opened_model.h"
#include "core/calib/input_source.h"

namespace salient::cli {

/// `channels` without a text: the largest channels of one layer, or of all where `only` is null, from a file of inputs. By max |x|, or by
/// root mean square where that alone is known. Throws what reading the source throws.
void printInputChannels(const OpenedModel& opened, const LinearInfo* only, const InputSource& source, int top, double salient,
                        const std::string& compute, MemoryUse& memory, const Context& context);

}  // namespace salient::cli
