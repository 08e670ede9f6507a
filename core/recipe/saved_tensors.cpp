#include "core/recipe/saved_tensors.h"

#include "core/error.h"
#include "core/tensor/shape_text.h"

namespace salient {

namespace {

std::string typeAndShape(DType dtype, const std::vector<std::int64_t>& shape) { return std::string(name(dtype)) + " " + shapeText(shape); }

}  // namespace

void TensorsToSave::add(std::string name, DType dtype, std::vector<std::int64_t> shape, std::function<std::vector<std::byte>()> bytes) {
    layout_.push_back({std::move(name), dtype, std::move(shape)});
    bytes_.push_back(std::move(bytes));
}

std::int64_t TensorsToSave::sizeBytes() const noexcept {
    std::int64_t total = 0;
    for (const TensorLayout& tensor : layout_) {
        auto bytes = static_cast<std::int64_t>(salient::sizeBytes(tensor.dtype));
        for (const std::int64_t extent : tensor.shape) bytes *= extent;
        total += bytes;
    }
    return total;
}

void TensorsToSave::write(const std::filesystem::path& file, const std::string& format, const Json& document, JobContext& job) const {
    const std::string text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
    SafetensorsWriter writer(file, layout_, {{"format", format}, {"document", text}});
    for (std::size_t i = 0; i < layout_.size(); ++i) {
        job.checkpoint({"saving the session", static_cast<std::int64_t>(i), static_cast<std::int64_t>(layout_.size()), layout_[i].name});
        writer.write(layout_[i].name, bytes_[i]());
    }
    writer.finish();
}

SavedTensors::SavedTensors(const std::filesystem::path& file, const std::string& format) : file_(SafetensorsFile::open(file)) {
    for (const auto& [key, value] : file_.metadata()) {
        if (key != "format" && key != "document") fail("metadata: expected format and document, found '" + key + "'");
    }
    const auto found = file_.metadata().find("format");
    if (found == file_.metadata().end() || found->second != format) {
        fail("expected the format '" + format + "', found " + (found == file_.metadata().end() ? "none" : "'" + found->second + "'"));
    }
    const auto document = file_.metadata().find("document");
    if (document == file_.metadata().end()) fail("metadata: expected a document, found none");
    document_ = parseJson(document->second, origin());
}

std::string SavedTensors::origin() const { return "session: " + file_.path().string(); }

void SavedTensors::fail(const std::string& what) const { throw Error(ErrorCode::Format, origin() + ": " + what); }

const TensorView& SavedTensors::checked(const std::string& name, DType dtype, const std::vector<std::int64_t>& shape) {
    const auto found = file_.tensors().find(name);
    if (found == file_.tensors().end()) fail("tensor '" + name + "': expected " + typeAndShape(dtype, shape) + ", found none");
    const TensorView& view = found->second;
    if (view.dtype != dtype || view.shape != shape) {
        fail("tensor '" + name + "': expected " + typeAndShape(dtype, shape) + ", found " + typeAndShape(view.dtype, view.shape));
    }
    if (!taken_.insert(name).second) fail("tensor '" + name + "': expected to be used once, found a second use");
    return view;
}

void SavedTensors::copyTo(const TensorView& view, void* target) {
    if (!view.bytes.empty()) std::memcpy(target, view.bytes.data(), view.bytes.size());
    view.finishReading();
}

Matrix SavedTensors::takeMatrix(const std::string& name, Index rows, Index cols) {
    const TensorView& view = checked(name, DType::F32, {rows, cols});
    Matrix values(rows, cols);
    copyTo(view, values.data());
    return values;
}

void SavedTensors::finish() const {
    for (const auto& [name, view] : file_.tensors()) {
        if (!taken_.contains(name)) fail("tensor '" + name + "': expected no such tensor, found one");
    }
}

}  // namespace salient
