#pragma once

namespace salient::demo {

inline constexpr int kPatience_ms = 300000;  // of a wait; the suite may run under a sanitizer

}  // namespace salient::demo
