#pragma once

namespace salient {

/// The codes that rounding may give: least … greatest, both included.
struct CodeRange {
    int least = 0;
    int greatest = 0;

    /// Every code from 0 on. Implicit: a grid uses all of its codes, but for int8's, which is symmetric about its zero.
    constexpr CodeRange(int greatest_code) noexcept : greatest(greatest_code) {}
    constexpr CodeRange(int least_code, int greatest_code) noexcept : least(least_code), greatest(greatest_code) {}
};

}  // namespace salient
