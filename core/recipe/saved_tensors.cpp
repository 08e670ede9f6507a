#include "core/recipe/saved_tensors.h"

#include "core/error.h"
#include "core/exporter/checksum.h"
#include "core/tensor/shape_text.h"

namespace salient {

namespace {

const std::string kChecksums = "checksums";

std::uint64_t checksumOf(std::string_view text) { return checksum(std::as_bytes(std::span(text))); }

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
    std::vector<TensorLayout> layout = layout_;
    layout.push_back({kChecksums, DType::I64, {static_cast<std::int64_t>(layout_.size()) + 1}});
    SafetensorsWriter writer(file, layout, {{"format", format}, {"document", text}});
    std::map<std::string, std::uint64_t> by_name;
    for (std::size_t i = 0; i < layout_.size(); ++i) {
        job.checkpoint({"saving the session", static_cast<std::int64_t>(i), static_cast<std::int64_t>(layout_.size()), layout_[i].name});
        const std::vector<std::byte> bytes = bytes_[i]();
        by_name[layout_[i].name] = checksum(bytes);
        writer.write(layout_[i].name, bytes);
    }
    std::vector<std::uint64_t> checksums;
    checksums.reserve(by_name.size() + 1);
    for (const auto& [name, value] : by_name) checksums.push_back(value);
    checksums.push_back(checksumOf(text));
    writer.write(kChecksums, std::as_bytes(std::span(checksums)));
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
    readChecksums(document->second);
    document_ = parseJson(document->second, origin());
}

void SavedTensors::readChecksums(std::string_view document) {
    const auto values = static_cast<std::int64_t>(file_.tensors().size());  // of all tensors but this one, and of the document
    const TensorView& view = checked(kChecksums, DType::I64, {values});
    std::vector<std::uint64_t> checksums(static_cast<std::size_t>(values));
    std::memcpy(checksums.data(), view.bytes.data(), view.bytes.size());
    view.finishReading();
    std::size_t next = 0;
    for (const auto& [name, tensor] : file_.tensors()) {
        if (name != kChecksums) checksums_[name] = checksums[next++];
    }
    if (checksumOf(document) != checksums[next]) fail("metadata: document: expected the text of its checksum, found another");
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

void SavedTensors::copyTo(const std::string& name, const TensorView& view, void* target) const {
    if (!view.bytes.empty()) std::memcpy(target, view.bytes.data(), view.bytes.size());
    view.finishReading();
    const std::span<const std::byte> bytes(static_cast<const std::byte*>(target), view.bytes.size());
    if (checksum(bytes) != checksums_.at(name)) {
        fail("tensor '" + name + "': expected the bytes of its checksum, found others");
    }
}

Matrix SavedTensors::takeMatrix(const std::string& name, Index rows, Index cols) {
    const TensorView& view = checked(name, DType::F32, {rows, cols});
    Matrix values(rows, cols);
    copyTo(name, view, values.data());
    return values;
}

void SavedTensors::finish() const {
    for (const auto& [name, view] : file_.tensors()) {
        if (!taken_.contains(name)) fail("tensor '" + name + "': expected no such tensor, found one");
    }
}

bool isSavedTensors(const std::filesystem::path& file) noexcept {
    try {
        const SafetensorsFile opened = SafetensorsFile::open(file);
        const auto format = opened.metadata().find("format");
        return format != opened.metadata().end() && format->second.starts_with("salient-");
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace salient
