#include "core/model/gguf/forms.h"

#include <algorithm>

#include "core/kernels/convert.h"

namespace salient::gguf {
namespace {

/// The parts of a view that stay as they are stored.
TensorView viewLike(const TensorView& stored, std::shared_ptr<const StoredForm> form) {
    TensorView view = stored;
    view.form = std::move(form);
    return view;
}

class Rearranged final : public StoredForm {
public:
    Rearranged(TensorView stored, std::vector<Index> rows) : stored_(std::move(stored)), rows_(std::move(rows)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return stored_.storedName(); }
    [[nodiscard]] bool rowsStandAlone() const noexcept override { return stored_.shape.size() == 2; }

    std::span<const std::byte> read(const TensorView& tensor, std::int64_t first, std::int64_t count, float* to) const override {
        if (stored_.shape.size() != 2) {
            const std::vector<float> values = toFloats(stored_);
            for (std::size_t i = 0; i < rows_.size(); ++i) to[i] = values[static_cast<std::size_t>(rows_[i])];
            return tensor.bytes;
        }
        const std::int64_t length = tensor.rowLength();
        for (std::int64_t row = first; row < first + count; ++row, to += length) {
            const Matrix values = toMatrixRows(stored_, rows_[static_cast<std::size_t>(row)], 1);
            std::copy_n(values.data(), length, to);
        }
        return {};  // every row has been finished where it was read
    }

private:
    TensorView stored_;
    std::vector<Index> rows_;
};

class Transposed final : public StoredForm {
public:
    explicit Transposed(TensorView stored) : stored_(std::move(stored)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return stored_.storedName(); }
    [[nodiscard]] bool rowsStandAlone() const noexcept override { return false; }

    std::span<const std::byte> read(const TensorView& tensor, std::int64_t first, std::int64_t count, float* to) const override {
        const Matrix values = toMatrix(stored_);
        Eigen::Map<Matrix>(to, count, values.rows()) = values.middleCols(first, count).transpose();
        return tensor.bytes;
    }

private:
    TensorView stored_;
};

class Lessened final : public StoredForm {
public:
    Lessened(TensorView stored, float by) : stored_(std::move(stored)), by_(by) {}

    [[nodiscard]] std::string_view name() const noexcept override { return stored_.storedName(); }
    [[nodiscard]] bool rowsStandAlone() const noexcept override { return false; }

    std::span<const std::byte> read(const TensorView& tensor, std::int64_t first, std::int64_t count, float* to) const override {
        const std::vector<float> values = toFloats(stored_);
        const std::int64_t length = tensor.rowLength();
        for (std::int64_t i = 0; i < count * length; ++i) to[i] = values[static_cast<std::size_t>(first * length + i)] - by_;
        return tensor.bytes;
    }

private:
    TensorView stored_;
    float by_;
};

}  // namespace

TensorView rearranged(const TensorView& stored, std::vector<Index> rows) {
    return viewLike(stored, std::make_shared<const Rearranged>(stored, std::move(rows)));
}

TensorView transposed(const TensorView& stored) {
    TensorView view = viewLike(stored, std::make_shared<const Transposed>(stored));
    std::swap(view.shape[0], view.shape[1]);
    return view;
}

TensorView sliced(const TensorView& stored, Index i) {
    TensorView view = stored;
    const std::size_t n_bytes = stored.bytes.size() / static_cast<std::size_t>(stored.shape.front());  // whole rows, so whole blocks
    view.bytes = stored.bytes.subspan(static_cast<std::size_t>(i) * n_bytes, n_bytes);
    view.shape.erase(view.shape.begin());
    return view;
}

TensorView lessened(const TensorView& stored, float by) {
    TensorView view = viewLike(stored, std::make_shared<const Lessened>(stored, by));
    view.dtype = DType::F32;
    return view;
}

}  // namespace salient::gguf
