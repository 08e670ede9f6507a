#pragma once

#include <string>
#include <string_view>

namespace salient {

/// Bytes made fit for a screen: whole visible characters stay; line ends, tabs, other control and format characters become \n,
/// \t, \u{200D}; bytes that are no UTF-8 become \xNN.
[[nodiscard]] std::string escapedForDisplay(std::string_view bytes);

}  // namespace salient
