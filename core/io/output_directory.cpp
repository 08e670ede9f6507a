#include "core/io/output_directory.h"

#include <cerrno>
#include <span>
#include <system_error>

#include "core/error.h"
#include "core/io/file_descriptor.h"
#include "core/io/publish_directory.h"

namespace salient {

namespace fs = std::filesystem;

OutputDirectory::OutputDirectory(const fs::path& target) : target_(withoutTrailingSlash(target)) {
    requireNewOrEmpty(target_);
    temporary_ = temporaryNameBeside(target_);
    std::error_code error;
    if (!fs::create_directory(temporary_, error)) throwSystemError("create directory", target_, error ? error.value() : EEXIST);
}

OutputDirectory::~OutputDirectory() {
    if (committed_) return;
    std::error_code ignored;  // a destructor must not throw; what is left carries ".partial" in its name
    fs::remove_all(temporary_, ignored);
}

void writeNewFile(const fs::path& path, std::string_view content) {
    FileDescriptor file = FileDescriptor::createNew(path, path);
    file.writeAt(std::as_bytes(std::span(content)), 0);
    file.close();
}

void OutputDirectory::commit() {
    publishDirectory(temporary_, target_);
    committed_ = true;
}

}  // namespace salient
