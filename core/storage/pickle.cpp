#include "storage/pickle.h"

#include <bit>
#include <cstring>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace mantissa {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kLongestKey = 256;

/// PyTorch's storage classes by the name after "torch ".
std::optional<DType> storageType(std::string_view name) {
    static const std::map<std::string_view, DType> types{
        {"DoubleStorage", DType::f64}, {"FloatStorage", DType::f32}, {"HalfStorage", DType::f16},  {"BFloat16Storage", DType::bf16},
        {"LongStorage", DType::i64},   {"IntStorage", DType::i32},   {"ShortStorage", DType::i16}, {"CharStorage", DType::i8},
        {"ByteStorage", DType::u8},    {"BoolStorage", DType::boolean}};
    const auto found = types.find(name);
    return found == types.end() ? std::nullopt : std::optional(found->second);
}

/// What reading stops with; turned into an Error at the door.
struct Refusal {
    ErrorCode code;
    std::string message;
};

class Reader {
  public:
    Reader(std::span<const std::byte> bytes, PickleObjects objects) : bytes_(bytes), objects_(objects) {}

    Pickle read() {
        pickle_.values.emplace_back();  // index 0: None, shared
        while (!stopped_) step(byte());
        pickle_.root = pop();
        pickle_.size = position_;
        return std::move(pickle_);
    }
    std::size_t position() const { return position_; }

  private:
    [[noreturn]] void damaged(const std::string& what) const { throw Refusal{ErrorCode::corrupt, what}; }
    [[noreturn]] void refused(const std::string& what) const { throw Refusal{ErrorCode::unsupported, what}; }

    std::span<const std::byte> take(std::size_t count) {
        if (count > bytes_.size() - position_) damaged("the pickle ends early");
        const auto part = bytes_.subspan(position_, count);
        position_ += count;
        return part;
    }
    std::uint8_t byte() { return std::to_integer<std::uint8_t>(take(1)[0]); }
    template <class T>
    T number() {
        T value;
        std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
        return value;
    }
    std::string text(std::size_t length) {
        const auto part = take(length);
        return {reinterpret_cast<const char*>(part.data()), part.size()};
    }
    std::string line() {
        std::string result;
        for (char c = static_cast<char>(byte()); c != '\n'; c = static_cast<char>(byte())) result += c;
        return result;
    }

    std::uint32_t add(PickleValue value) {
        pickle_.values.push_back(std::move(value));
        return static_cast<std::uint32_t>(pickle_.values.size() - 1);
    }
    void push(PickleValue value) { stack_.push_back(add(std::move(value))); }
    void push(Kind kind) { push(PickleValue{.kind = kind}); }
    std::uint32_t pop() {
        if (stack_.empty() || (!marks_.empty() && stack_.size() <= marks_.back())) damaged("the pickle takes more than it put on its stack");
        const auto top = stack_.back();
        stack_.pop_back();
        return top;
    }
    std::uint32_t top() {
        const auto value = pop();
        stack_.push_back(value);
        return value;
    }
    std::vector<std::uint32_t> popToMark() {
        if (marks_.empty()) damaged("the pickle has no mark where it needs one");
        std::vector<std::uint32_t> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
        stack_.resize(marks_.back());
        marks_.pop_back();
        return items;
    }
    PickleValue& value(std::uint32_t index) { return pickle_.values[index]; }

    void pushTuple(std::size_t count) {
        std::vector<std::uint32_t> items(count);
        for (std::size_t i = count; i-- > 0;) items[i] = pop();
        push(PickleValue{.kind = Kind::tuple, .items = std::move(items)});
    }
    void pushText(std::string s) { push(PickleValue{.kind = Kind::text, .text = std::move(s)}); }
    void pushInteger(std::int64_t i) { push(PickleValue{.kind = Kind::integer, .integer = i}); }
    void pushLong(std::size_t length) {
        const auto part = take(length);
        // Longer ones exist (the magic number of old files); only their being there matters.
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < std::min<std::size_t>(length, 8); ++i) bits |= std::to_integer<std::uint64_t>(part[i]) << (8 * i);
        if (length > 0 && length < 8 && (std::to_integer<int>(part[length - 1]) & 0x80)) bits |= ~std::uint64_t{0} << (8 * length);
        pushInteger(static_cast<std::int64_t>(bits));
    }

    void append(std::uint32_t container, const std::vector<std::uint32_t>& items) {
        PickleValue& target = value(container);
        if (target.kind != Kind::list) damaged("the pickle appends to something that is no list");
        target.items.insert(target.items.end(), items.begin(), items.end());
    }
    void setItems(std::uint32_t container, const std::vector<std::uint32_t>& items) {
        PickleValue& target = value(container);
        if (target.kind != Kind::dict || items.size() % 2 != 0) damaged("the pickle sets items of something that is no dict");
        target.items.insert(target.items.end(), items.begin(), items.end());
    }

    void pushGlobal(const std::string& module, const std::string& name) {
        const std::string full = module + " " + name;
        static const std::map<std::string, bool, std::less<>> plain{
            {"collections OrderedDict", true},         {"torch._utils _rebuild_tensor_v2", true},
            {"torch._utils _rebuild_parameter", true}, {"torch Size", true},
            {"torch device", true},                    {"torch.serialization _get_layout", true}};
        static const std::map<std::string, bool, std::less<>> dtypes{
            {"float32", true}, {"float64", true}, {"float16", true}, {"bfloat16", true}, {"int64", true}, {"int32", true}, {"bool", true}};
        const bool known = plain.contains(full) || (module == "torch" && (storageType(name) || dtypes.contains(name)));
        if (!known && objects_ == PickleObjects::refuse)
            refused("the file asks for " + module + "." + name + ", and Mantissa reads tensors only; save the model's state_dict() instead");
        push(PickleValue{.kind = Kind::global, .text = full});
    }

    std::vector<std::int64_t> sizes(std::uint32_t index) {
        const PickleValue& v = value(index);
        if (v.kind != Kind::tuple && v.kind != Kind::list) damaged("a tensor's shape is no tuple");
        if (v.items.size() > 64) damaged("a tensor has more than 64 dimensions");
        std::vector<std::int64_t> result;
        for (const auto i : v.items) {
            if (value(i).kind != Kind::integer || value(i).integer < 0) damaged("a tensor's shape or stride holds something that is no size");
            result.push_back(value(i).integer);
        }
        return result;
    }

    PickleValue rebuildTensor(const PickleValue& arguments) {
        if (arguments.items.size() < 4 || value(arguments.items[0]).kind != Kind::storage || value(arguments.items[1]).kind != Kind::integer)
            damaged("a tensor is not described as PyTorch does it");
        PickleValue tensor{.kind = Kind::tensor, .integer = value(arguments.items[1]).integer, .items = {arguments.items[0]}};
        tensor.shape = sizes(arguments.items[2]);
        tensor.strides = sizes(arguments.items[3]);
        if (tensor.shape.size() != tensor.strides.size() || tensor.integer < 0) damaged("a tensor's shape and strides do not fit");
        return tensor;
    }

    void reduce() {
        const auto argumentsIndex = pop();
        const auto functionIndex = pop();
        // References: a copy of many arguments at every call would take a hostile file's time squared. What is pushed comes last.
        const PickleValue& arguments = value(argumentsIndex);
        const PickleValue& function = value(functionIndex);
        if (function.kind != Kind::global || arguments.kind != Kind::tuple) damaged("the pickle calls something that is no function");
        if (function.text == "collections OrderedDict") {
            if (!arguments.items.empty()) refused("the file builds an OrderedDict in a way that Mantissa does not read");
            push(Kind::dict);
        } else if (function.text == "torch._utils _rebuild_tensor_v2") {
            push(rebuildTensor(arguments));
        } else if (function.text == "torch._utils _rebuild_parameter") {
            if (arguments.items.empty() || value(arguments.items[0]).kind != Kind::tensor) damaged("a parameter holds no tensor");
            stack_.push_back(arguments.items[0]);
        } else if (function.text == "torch Size") {
            if (arguments.items.size() != 1) damaged("a size is not described as PyTorch does it");
            stack_.push_back(arguments.items[0]);
        } else {
            push(Kind::object);  // a device or layout: says nothing about the values
        }
    }

    void persistentId() {
        const PickleValue& id = value(pop());
        if (id.kind != Kind::tuple || id.items.size() < 5 || value(id.items[0]).text != "storage") damaged("a storage is not described as PyTorch does it");
        const PickleValue& type = value(id.items[1]);
        constexpr std::string_view kPrefix = "torch ";
        const auto dtype = type.kind == Kind::global && type.text.starts_with(kPrefix) ? storageType(type.text.substr(kPrefix.size())) : std::nullopt;
        if (!dtype) damaged("a storage has a type that Mantissa does not know");
        if (value(id.items[2]).kind != Kind::text || value(id.items[4]).kind != Kind::integer || value(id.items[4]).integer < 0)
            damaged("a storage is not described as PyTorch does it");
        // PyTorch's are numbers. A long one could be named again and again, with a copy each time.
        if (value(id.items[2]).text.size() > kLongestKey) damaged("a storage's key is too long to be one");
        if (id.items.size() > 5 && value(id.items[5]).kind != Kind::none) refused("a storage is a view of another, a form that PyTorch gave up in 2017; save the file again");
        push(PickleValue{.kind = Kind::storage, .text = value(id.items[2]).text, .dtype = *dtype, .numel = value(id.items[4]).integer});
    }

    void remember(std::uint32_t key) { memo_[key] = top(); }
    void recall(std::uint32_t key) {
        const auto found = memo_.find(key);
        if (found == memo_.end()) damaged("the pickle recalls a value that it never stored");
        stack_.push_back(found->second);
    }

    void step(std::uint8_t opcode);

    std::span<const std::byte> bytes_;
    PickleObjects objects_;
    std::size_t position_ = 0;
    bool stopped_ = false;
    Pickle pickle_;
    std::vector<std::uint32_t> stack_;
    std::vector<std::size_t> marks_;
    std::unordered_map<std::uint32_t, std::uint32_t> memo_;
};

void Reader::step(std::uint8_t opcode) {
    switch (opcode) {
        case 0x80: byte(); break;                         // PROTO
        case 0x95: take(8); break;                        // FRAME
        case '.': stopped_ = true; break;                 // STOP
        case '(': marks_.push_back(stack_.size()); break;  // MARK
        case '0': pop(); break;                           // POP
        case '1': popToMark(); break;                     // POP_MARK
        case '2': stack_.push_back(top()); break;         // DUP
        case 'N': stack_.push_back(0); break;             // NONE
        case 0x88: push(PickleValue{.kind = Kind::boolean, .integer = 1}); break;
        case 0x89: push(PickleValue{.kind = Kind::boolean, .integer = 0}); break;
        case 'J': pushInteger(number<std::int32_t>()); break;
        case 'K': pushInteger(byte()); break;
        case 'M': pushInteger(number<std::uint16_t>()); break;
        case 0x8A: pushLong(byte()); break;  // LONG1
        case 0x8B: pushLong(number<std::uint32_t>()); break;
        case 'G': {  // BINFLOAT, big-endian
            std::uint64_t bits = number<std::uint64_t>();
            push(PickleValue{.kind = Kind::real, .real = std::bit_cast<double>(__builtin_bswap64(bits))});
            break;
        }
        case 'X': pushText(text(number<std::uint32_t>())); break;  // BINUNICODE
        case 0x8C: pushText(text(byte())); break;                  // SHORT_BINUNICODE
        case 'T': pushText(text(number<std::uint32_t>())); break;  // BINSTRING
        case 'U': pushText(text(byte())); break;                   // SHORT_BINSTRING
        case ']': push(Kind::list); break;
        case '}': push(Kind::dict); break;
        case ')': push(Kind::tuple); break;
        case 0x85: pushTuple(1); break;
        case 0x86: pushTuple(2); break;
        case 0x87: pushTuple(3); break;
        case 't': push(PickleValue{.kind = Kind::tuple, .items = popToMark()}); break;
        case 'l': push(PickleValue{.kind = Kind::list, .items = popToMark()}); break;
        case 'd': {
            auto items = popToMark();
            push(Kind::dict);
            setItems(stack_.back(), items);
            break;
        }
        case 'a': {
            const auto item = pop();
            append(top(), {item});
            break;
        }
        case 'e': {
            const auto items = popToMark();
            append(top(), items);
            break;
        }
        case 's': {
            const auto item = pop(), key = pop();
            setItems(top(), {key, item});
            break;
        }
        case 'u': {
            const auto items = popToMark();
            setItems(top(), items);
            break;
        }
        case 'q': remember(byte()); break;
        case 'r': remember(number<std::uint32_t>()); break;
        case 0x94: remember(static_cast<std::uint32_t>(memo_.size())); break;  // MEMOIZE
        case 'h': recall(byte()); break;
        case 'j': recall(number<std::uint32_t>()); break;
        case 'c': {
            const auto module = line();
            pushGlobal(module, line());
            break;
        }
        case 0x93: {  // STACK_GLOBAL
            const auto name = pop(), module = pop();
            if (value(name).kind != Kind::text || value(module).kind != Kind::text) damaged("the pickle names a global wrongly");
            pushGlobal(std::string(value(module).text), std::string(value(name).text));
            break;
        }
        case 'R': reduce(); break;
        case 'b': {  // BUILD: the attributes of a dict (its _metadata) say nothing about the tensors
            pop();
            const Kind target = value(top()).kind;
            if (target != Kind::dict && target != Kind::object) refused("the file sets attributes of an object, and Mantissa reads tensors only");
            break;
        }
        case 0x81: {  // NEWOBJ
            if (objects_ == PickleObjects::refuse) refused("the file creates an object, and Mantissa reads tensors only");
            pop();
            if (value(pop()).kind != Kind::global) damaged("the pickle creates an object of something that is no class");
            push(Kind::object);
            break;
        }
        case 'Q': persistentId(); break;
        default: {
            static constexpr char kDigits[] = "0123456789abcdef";
            refused(std::string("the pickle has an instruction that tensors do not need (0x") + kDigits[opcode >> 4] + kDigits[opcode & 15] + ")");
        }
    }
}

}  // namespace

Result<Pickle> readPickle(std::span<const std::byte> bytes, const std::string& where, PickleObjects objects) {
    Reader reader(bytes, objects);
    try {
        return reader.read();
    } catch (const Refusal& refusal) {
        return Error{.code = refusal.code, .message = refusal.message, .where = where + ", byte " + std::to_string(reader.position())};
    }
}

}  // namespace mantissa
