#include "core/io/npz.h"

#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <bit>
#include <span>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/io/file_descriptor.h"
#include "core/io/file_start.h"
#include "core/kernels/convert.h"
#include "core/tensor/tensor_view.h"

namespace salient {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are stored little-endian and used as they are");

/// Deflate cannot make more of a byte than this: a member that claims to is a lie, whatever it holds.
constexpr std::uint64_t kMostPerPackedByte = 1032;
constexpr std::uint64_t kMostMembers = 1'000'000;

struct CloseArchive {
    void operator()(zip_t* archive) const noexcept { zip_discard(archive); }
};
struct CloseMember {
    void operator()(zip_file_t* member) const noexcept { zip_fclose(member); }
};
using Archive = std::unique_ptr<zip_t, CloseArchive>;
using Member = std::unique_ptr<zip_file_t, CloseMember>;

std::string reasonOf(int code) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return text;
}

/// [product of all extents but the last, last] of an array stored with its first index fastest, which has two extents or more.
Matrix lastFastest(std::span<const float> values, std::span<const std::int64_t> shape) {
    const Index n_columns = shape.back();
    const Index n_rows = static_cast<Index>(values.size()) / n_columns;
    std::vector<Index> index(shape.size() - 1);  // of the row: element (i0, i1, …) stands at i0 + e0·(i1 + e1·(…))
    Matrix rows(n_rows, n_columns);
    for (Index row = 0; row < n_rows; ++row) {
        Index at = 0;
        for (std::size_t d = index.size(); d-- > 0;) at = index[d] + shape[d] * at;
        for (Index column = 0; column < n_columns; ++column) rows(row, column) = values[static_cast<std::size_t>(at + column * n_rows)];
        for (std::size_t d = index.size(); d-- > 0 && ++index[d] == shape[d];) index[d] = 0;
    }
    return rows;
}

}  // namespace

struct NpzFile::State {
    std::filesystem::path path;
    FileDescriptor file;
    FileDescriptor::Stamp stamp;
    Archive archive;
    std::map<std::string, NpyHeader> arrays;
    std::map<std::string, zip_uint64_t> members;  // where each array stands in the archive

    [[noreturn]] void fail(const std::string& reason, ErrorCode code = ErrorCode::Format) const {
        throw Error(code, "readNpz: " + path.string() + ": " + reason);
    }
    [[nodiscard]] std::string origin(const std::string& array) const { return "readNpz: " + path.string() + ": array '" + array + "'"; }

    void requireIntact() const {
        if (!(file.stamp() == stamp)) fail("expected the file as it was when it was opened, found it changed", ErrorCode::Io);
    }

    void openArchive() {
        const int copy = ::dup(file.get());
        if (copy < 0) fail("cannot be opened a second time", ErrorCode::Io);
        int code = ZIP_ER_OK;
        archive.reset(zip_fdopen(copy, 0, &code));
        if (archive) return;
        ::close(copy);
        fail("expected a zip file as numpy.savez() writes it, found none that can be read (" + reasonOf(code) + ")");
    }

    Member openMember(zip_uint64_t index, const std::string& name) const {
        Member member(zip_fopen_index(archive.get(), index, 0));
        if (!member) throw Error(ErrorCode::Format, origin(name) + ": cannot be read: " + zip_strerror(archive.get()));
        return member;
    }

    /// Fills `to` unless the member ends before; returns the bytes read.
    std::size_t read(zip_file_t* member, std::span<std::byte> to, const std::string& name) const {
        std::size_t done = 0;
        while (done < to.size()) {
            const zip_int64_t n = zip_fread(member, to.data() + done, to.size() - done);
            if (n < 0) throw Error(ErrorCode::Format, origin(name) + ": cannot be unpacked: " + zip_file_strerror(member));
            if (n == 0) break;
            done += static_cast<std::size_t>(n);
        }
        return done;
    }

    void readExactly(zip_file_t* member, std::span<std::byte> to, const std::string& name) const {
        const std::size_t n = read(member, to, name);
        if (n < to.size())
            throw Error(ErrorCode::Format, origin(name) + ": expected " + std::to_string(to.size() - n) + " more bytes, found its end");
    }

    void list(zip_uint64_t index) {
        zip_stat_t stat;
        if (zip_stat_index(archive.get(), index, 0, &stat) != 0) fail("member " + std::to_string(index) + ": cannot be read");
        constexpr zip_uint64_t kNeeded =
            ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
        if ((stat.valid & kNeeded) != kNeeded) fail("member " + std::to_string(index) + ": expected its name, size and method, found less");
        const std::string member = stat.name;
        if (member.ends_with(".pkl") || member.ends_with("/version")) {
            fail("member '" + member +
                     "': expected NumPy arrays, found a PyTorch file, which is a pickle and can run code when it is read; "
                     "write the tensors with safetensors.torch.save_file() or numpy.savez()",
                 ErrorCode::Unsupported);
        }
        if (!member.ends_with(".npy")) fail("member '" + member + "': expected arrays called NAME.npy alone");
        const std::string name = member.substr(0, member.size() - 4);
        if (stat.encryption_method != ZIP_EM_NONE) throw Error(ErrorCode::Unsupported, origin(name) + ": expected it without a password");
        if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
            throw Error(ErrorCode::Unsupported,
                        origin(name) + ": expected it stored or deflated, found method " + std::to_string(stat.comp_method));
        }
        const bool is_stored = stat.comp_method == ZIP_CM_STORE;
        if (stat.comp_size > stamp.size_bytes || (is_stored && stat.size != stat.comp_size) ||
            stat.size / kMostPerPackedByte > stat.comp_size) {
            throw Error(ErrorCode::Format, origin(name) + ": " + std::to_string(stat.size) + " bytes declared, more than its " +
                                               std::to_string(stat.comp_size) + " packed bytes of a file of " +
                                               std::to_string(stamp.size_bytes) + " can hold");
        }
        if (!arrays.try_emplace(name, readHeader(index, name, stat.size)).second)
            fail("array '" + name + "': expected it once, found it twice");
        members[name] = index;
    }

    [[nodiscard]] NpyHeader readHeader(zip_uint64_t index, const std::string& name, std::uint64_t size_bytes) const {
        const Member member = openMember(index, name);
        std::string start(std::min<std::uint64_t>(size_bytes, kMostNpyHeaderBytes), '\0');
        start.resize(read(member.get(), std::as_writable_bytes(std::span(start)), name));
        NpyHeader header = parseNpyHeader(start, origin(name));
        if (!header.dtype) return header;
        const std::int64_t data = header.elementCount() * static_cast<std::int64_t>(sizeBytes(*header.dtype));
        if (static_cast<std::uint64_t>(data) != size_bytes - static_cast<std::uint64_t>(header.header_bytes)) {
            throw Error(ErrorCode::Format, origin(name) + ": expected " + std::to_string(data) + " bytes for its shape and type, found " +
                                               std::to_string(size_bytes - static_cast<std::uint64_t>(header.header_bytes)));
        }
        return header;
    }
};

NpzFile::NpzFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
NpzFile::~NpzFile() = default;
NpzFile::NpzFile(NpzFile&&) noexcept = default;
NpzFile& NpzFile::operator=(NpzFile&&) noexcept = default;

const std::map<std::string, NpyHeader>& NpzFile::arrays() const noexcept { return state_->arrays; }

NpzFile NpzFile::open(const std::filesystem::path& path) {
    auto state = std::make_unique<State>();
    state->path = path;
    state->file = FileDescriptor::openForReading(path);
    state->stamp = state->file.stamp();
    state->openArchive();
    const zip_int64_t n_members = zip_get_num_entries(state->archive.get(), 0);
    if (n_members < 0 || static_cast<std::uint64_t>(n_members) > kMostMembers) {
        state->fail("expected at most " + std::to_string(kMostMembers) + " arrays, found " + std::to_string(n_members));
    }
    for (zip_int64_t i = 0; i < n_members; ++i) state->list(static_cast<zip_uint64_t>(i));
    state->requireIntact();
    return NpzFile(std::move(state));
}

void NpzFile::readRows(const std::string& name, Index rows_at_once, const RowSink& sink) const {
    const auto found = state_->arrays.find(name);
    if (found == state_->arrays.end()) state_->fail("no array '" + name + "'");
    const NpyHeader& header = found->second;
    if (!header.dtype) {
        throw Error(
            ErrorCode::Unsupported,
            state_->origin(name) + ": expected elements '<f2', '<f4' or '<f8' (little-endian floats), found '" + header.descr + "'");
    }
    const Index n_elements = header.elementCount();
    if (n_elements == 0) return;
    const Index n_columns = header.shape.empty() ? 1 : header.shape.back();
    const Index n_rows = n_elements / n_columns;
    const Member member = state_->openMember(state_->members.at(name), name);
    std::vector<std::byte> skipped(static_cast<std::size_t>(header.header_bytes));
    state_->readExactly(member.get(), skipped, name);

    // Stored with the first index fastest, an array is the transposed one of reversed extents: its rows are there when all of it is.
    const Index chunk = header.is_fortran ? n_rows : std::max<Index>(1, std::min(rows_at_once, n_rows));
    std::vector<std::byte> bytes(static_cast<std::size_t>(chunk * n_columns) * sizeBytes(*header.dtype));
    for (Index first = 0; first < n_rows; first += chunk) {
        const Index count = std::min(chunk, n_rows - first);
        const std::span<std::byte> read(bytes.data(), static_cast<std::size_t>(count * n_columns) * sizeBytes(*header.dtype));
        state_->readExactly(member.get(), read, name);
        TensorView view;
        view.name = name;
        view.dtype = *header.dtype;
        view.shape = {count, n_columns};
        view.bytes = read;
        if (!header.is_fortran) {
            sink(toMatrix(view), first);
            continue;
        }
        const Matrix rows = lastFastest(toFloats(view), header.shape);
        for (Index from = 0; from < n_rows; from += rows_at_once) {
            sink(rows.middleRows(from, std::min(rows_at_once, n_rows - from)), from);
        }
    }
    // Only at its end does the archive know whether the checksum holds.
    std::byte beyond{};
    if (state_->read(member.get(), {&beyond, 1}, name) != 0)
        throw Error(ErrorCode::Format, state_->origin(name) + ": expected its end, found more");
    state_->requireIntact();
}

bool isZip(const std::filesystem::path& path) noexcept { return startsWith(path, std::string_view("PK\x03\x04", 4)); }

}  // namespace salient
