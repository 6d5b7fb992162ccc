using System.Globalization;
using System.Text;

namespace Parley.Sql;

/// <summary>The values of one column in some rows.</summary>
/// <param name="type">What it holds.</param>
internal sealed class SqlColumnValues(SqlColumnType type)
{
    private long[] _numbers = [];
    private object?[] _objects = [];
    private bool[] _nulls = [];

    public SqlColumnType Type { get; } = type;

    public bool HasNulls { get; private set; }

    public bool IsNull(int row) => _nulls[row];

    /// <summary>A number; of a <see cref="SqlColumnType.Real"/> its bits, of a date unix milliseconds.</summary>
    public long Number(int row) => _numbers[row];

    public string? Text(int row) => _objects[row] is byte[] bytes ? Encoding.UTF8.GetString(bytes) : (string?)_objects[row];

    /// <summary>A text that was given as bytes; null: it was given as a string.</summary>
    public byte[]? Utf8(int row) => _objects[row] as byte[];

    public byte[]? Bytes(int row) => (byte[]?)_objects[row];

    public double Real(int row) => BitConverter.Int64BitsToDouble(_numbers[row]);

    /// <summary>UTC; of no kind, for databases write a kind into their text.</summary>
    public DateTime Time(int row) =>
        DateTime.SpecifyKind(DateTimeOffset.FromUnixTimeMilliseconds(_numbers[row]).UtcDateTime, DateTimeKind.Unspecified);

    /// <summary>As <c>2026-11-30 14:55:00.123</c>; whole seconds without a fraction.</summary>
    public string TimeText(int row)
    {
        DateTime time = Time(row);
        return time.ToString(time.Millisecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
    }

    internal void SetNumber(int row, long value)
    {
        Grow(row);
        _numbers[row] = value;
        _nulls[row] = false;
    }

    internal void SetObject(int row, object? value)
    {
        Grow(row);
        _objects[row] = value;
        _nulls[row] = value is null;
        HasNulls |= value is null;
    }

    internal void SetNull(int row)
    {
        Grow(row);
        if (_objects.Length > 0)
            _objects[row] = null;
        _nulls[row] = true;
        HasNulls = true;
    }

    private void Grow(int row)
    {
        if (row < _nulls.Length)
            return;
        int size = Math.Max(16, _nulls.Length * 2);
        Array.Resize(ref _nulls, size);
        if (Type is SqlColumnType.Text or SqlColumnType.Bytes)
            Array.Resize(ref _objects, size);
        else
            Array.Resize(ref _numbers, size);
    }
}
