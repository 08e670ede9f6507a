#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/io/ggml_blocks.h"
#include "core/tensor/tensor_view.h"

namespace salient {
namespace {

/// Rows of whole blocks, one after the other.
class Blocks final : public StoredForm {
public:
    using Decode = void (*)(const std::byte* block, float* to) noexcept;
    Blocks(std::string_view name, std::int64_t n_elements, std::int64_t n_bytes, Decode decode)
        : name_(name), n_elements_(n_elements), n_bytes_(n_bytes), decode_(decode) {}

    [[nodiscard]] std::string_view name() const noexcept override { return name_; }

    std::span<const std::byte> read(const TensorView& tensor, std::int64_t first, std::int64_t count, float* to) const override {
        const std::int64_t row_blocks = tensor.rowLength() / n_elements_;
        const auto rows = tensor.bytes.subspan(static_cast<std::size_t>(first * row_blocks * n_bytes_),
                                               static_cast<std::size_t>(count * row_blocks * n_bytes_));
        for (std::int64_t block = 0; block < count * row_blocks; ++block) decode_(rows.data() + block * n_bytes_, to + block * n_elements_);
        return rows;
    }

private:
    std::string_view name_;
    std::int64_t n_elements_;
    std::int64_t n_bytes_;
    Decode decode_;
};

GgmlType plain(std::uint32_t id, DType type) { return {id, name(type), 1, static_cast<std::int64_t>(sizeBytes(type)), type, nullptr}; }

GgmlType blocks(std::uint32_t id, std::string_view name, std::int64_t n_elements, std::int64_t n_bytes, Blocks::Decode decode) {
    return {id, name, n_elements, n_bytes, DType::F32, std::make_shared<const Blocks>(name, n_elements, n_bytes, decode)};
}

const std::vector<GgmlType>& types() {
    static const std::vector<GgmlType> kTypes = {
        plain(0, DType::F32),
        plain(1, DType::F16),
        plain(30, DType::BF16),
        blocks(8, "Q8_0", 32, 34, decodeQ8_0),
        blocks(2, "Q4_0", 32, 18, decodeQ4_0),
        blocks(3, "Q4_1", 32, 20, decodeQ4_1),
        blocks(6, "Q5_0", 32, 22, decodeQ5_0),
        blocks(7, "Q5_1", 32, 24, decodeQ5_1),
        blocks(12, "Q4_K", 256, 144, decodeQ4_K),
        blocks(13, "Q5_K", 256, 176, decodeQ5_K),
        blocks(14, "Q6_K", 256, 210, decodeQ6_K),
    };
    return kTypes;
}

struct Named {
    std::uint32_t id;
    std::string_view name;
};

// Types that are not read, so that a message can say which it found.
constexpr std::array<Named, 22> kOthers{{{9, "Q8_1"},     {10, "Q2_K"},  {11, "Q3_K"},   {15, "Q8_K"},  {16, "IQ2_XXS"}, {17, "IQ2_XS"},
                                         {18, "IQ3_XXS"}, {19, "IQ1_S"}, {20, "IQ4_NL"}, {21, "IQ3_S"}, {22, "IQ2_S"},   {23, "IQ4_XS"},
                                         {24, "I8"},      {25, "I16"},   {26, "I32"},    {27, "I64"},   {28, "F64"},     {29, "IQ1_M"},
                                         {34, "TQ1_0"},   {35, "TQ2_0"}, {39, "MXFP4"},  {4, "Q4_2"}}};

}  // namespace

const GgmlType* findGgmlType(std::uint32_t id) {
    const auto found = std::find_if(types().begin(), types().end(), [id](const GgmlType& type) { return type.id == id; });
    return found == types().end() ? nullptr : &*found;
}

std::string ggmlTypeName(std::uint32_t id) {
    if (const GgmlType* const type = findGgmlType(id)) return std::string(type->name);
    const auto* const other = std::find_if(kOthers.begin(), kOthers.end(), [id](const Named& named) { return named.id == id; });
    return other == kOthers.end() ? "type " + std::to_string(id) : std::string(other->name);
}

std::vector<std::string> readGgmlTypeNames() {
    std::vector<std::string> names;
    for (const GgmlType& type : types()) names.emplace_back(type.name);
    return names;
}

std::string readGgmlTypes() {
    std::string text;
    for (const std::string& name : readGgmlTypeNames()) text += (text.empty() ? "" : ", ") + name;
    return text;
}

}  // namespace salient
