#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace salient {

struct TensorView;

/// How the elements of a tensor lie in their file where they do not simply follow one another in their own type: blocks of codes that
/// share a scale, rows in another order. Immutable; safe to share between threads.
///
/// A row is what the last extent counts; a tensor of one dimension is one row.
class StoredForm {
public:
    StoredForm() = default;
    virtual ~StoredForm() = default;
    StoredForm(const StoredForm&) = delete;
    StoredForm& operator=(const StoredForm&) = delete;

    /// As its format calls it: "Q4_0".
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// Whether reading one row costs no more than its share of all.
    [[nodiscard]] virtual bool rowsStandAlone() const noexcept { return true; }
    /// Rows [first, first + count), which must be there, as floats at `to`. Returns the bytes that it read, which the caller finishes
    /// (TensorView::finishReading()).
    virtual std::span<const std::byte> read(const TensorView& tensor, std::int64_t first, std::int64_t count, float* to) const = 0;
};

}  // namespace salient
