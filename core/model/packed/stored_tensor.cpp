#include "core/model/packed/stored_tensor.h"

#include "core/error.h"
#include "core/tensor/shape_text.h"

namespace salient {
namespace {

const TensorView& shaped(const Checkpoint& checkpoint, const std::string& name, const std::vector<std::int64_t>& shape) {
    if (!checkpoint.contains(name)) failStored(name, "expected " + shapeText(shape) + ", found no such tensor");
    const TensorView& tensor = checkpoint.tensor(name);
    if (tensor.shape != shape) failStored(name, "shape: expected " + shapeText(shape) + ", found " + shapeText(tensor.shape));
    return tensor;
}

}  // namespace

void failStored(const std::string& tensor, const std::string& reason) {
    throw Error(ErrorCode::Format, "readStoredLayer: " + tensor + ": " + reason);
}

const TensorView& storedTensor(const Checkpoint& checkpoint, const std::string& name, DType type, const std::vector<std::int64_t>& shape) {
    const TensorView& tensor = shaped(checkpoint, name, shape);
    if (tensor.dtype != type)
        failStored(name, "type: expected " + std::string(salient::name(type)) + ", found " + std::string(salient::name(tensor.dtype)));
    return tensor;
}

StoredElements<std::int32_t> storedWords(const Checkpoint& checkpoint, const std::string& name, const std::vector<std::int64_t>& shape) {
    return StoredElements<std::int32_t>(storedTensor(checkpoint, name, DType::I32, shape));
}

std::vector<std::int32_t> storedInts(const Checkpoint& checkpoint, const std::string& name, const std::vector<std::int64_t>& shape) {
    const StoredElements<std::int32_t> words = storedWords(checkpoint, name, shape);
    std::vector<std::int32_t> values(static_cast<std::size_t>(checkpoint.tensor(name).elementCount()));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = words[static_cast<Index>(i)];
    words.finish();
    return values;
}

const TensorView& storedFloats(const Checkpoint& checkpoint, const std::string& name, const std::vector<std::int64_t>& shape) {
    const TensorView& tensor = shaped(checkpoint, name, shape);
    if (tensor.dtype != DType::F16 && tensor.dtype != DType::BF16 && tensor.dtype != DType::F32)
        failStored(name, "type: expected F16, BF16 or F32, found " + std::string(salient::name(tensor.dtype)));
    return tensor;
}

}  // namespace salient
