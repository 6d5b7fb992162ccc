using System.Buffers;
using System.Text;
using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests;

public class ValueStoreTests
{
    [Fact]
    public void A_value_is_overwritten_when_stored_again()
    {
        ValueStore store = default;
        Assert.True(store.Set("created_at"u8, "yesterday"u8));
        Assert.True(store.Set("other"u8, ""u8));
        Assert.True(store.Set("created_at"u8, "today"u8));
        Assert.False(store.Set("created_at"u8, "today"u8));
        Assert.Equal(2, store.Count);
        Assert.True(store.TryGet("created_at"u8, out ReadOnlySpan<byte> value));
        Assert.Equal("today", Encoding.UTF8.GetString(value));
        Assert.True(store.TryGet("other"u8, out value));
        Assert.True(value.IsEmpty);
        Assert.False(store.TryGet("Created_At"u8, out value));
    }

    [Fact]
    public void Integers_are_stored_read_and_added_to()
    {
        ValueStore store = default;
        store.Set("n"u8, long.MinValue);
        Assert.True(store.TryGet("n"u8, out long n));
        Assert.Equal(long.MinValue, n);
        Assert.Equal(long.MaxValue, store.Add("n"u8, -1)); // wraps
        Assert.Equal(7, store.Add("new"u8, 7));
        store.Set("text"u8, "12x"u8);
        Assert.False(store.TryGet("text"u8, out n));
        Assert.Equal(1, store.Add("text"u8, 1));
        store.Set("text"u8, "-42"u8);
        Assert.True(store.TryGet("text"u8, out n));
        Assert.Equal(-42, n);
    }

    [Fact]
    public void A_value_needs_a_name()
    {
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => new ValueStore().Set(""u8, "x"u8)).ParamName);
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => new ValueStore().Set(""u8, 1)).ParamName);
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => new ValueStore().Add(""u8, 1)).ParamName);
    }

    [Fact]
    public void Row_58_values_are_bytes_NUL_too()
    {
        ValueStore store = default;
        byte[] bytes = [0, 255, (byte)'|', 0, (byte)'#', (byte)'\\', 13, 10, 0];
        store.Set([0], bytes);
        Assert.True(store.TryGet([0], out ReadOnlySpan<byte> value));
        Assert.Equal(bytes, value.ToArray());
        Assert.Equal(bytes, ThroughText(ref store)[Key([0])]);
    }

    [Fact]
    public void An_empty_store_is_one_null_reference()
    {
        ValueStore store = default;
        store.Set("a"u8, "b"u8);
        Assert.True(store.Remove("a"u8));
        Assert.False(store.Remove("a"u8));
        Assert.Equal(0, store.Packed.Length);
        Assert.Equal(default, store);
    }

    [Fact]
    public void Bytes_that_were_read_stay_as_they_were()
    {
        ValueStore store = default;
        store.Set("a"u8, "first"u8);
        store.TryGet("a"u8, out ReadOnlySpan<byte> read);
        store.Set("a"u8, "other"u8);
        store.Remove("a"u8);
        Assert.Equal("first", Encoding.UTF8.GetString(read));
    }

    [Fact]
    public void Behaves_as_a_dictionary_and_survives_its_text() =>
        Operations.Sample(operations =>
        {
            ValueStore store = default;
            var model = new Dictionary<string, byte[]>();
            foreach ((int kind, byte[] name, byte[] value, long number) in operations)
            {
                if (name.Length == 0)
                    continue;
                switch (kind)
                {
                    case 0 or 1:
                        store.Set(name, value);
                        model[Key(name)] = value;
                        break;
                    case 2:
                        store.Set(name, number);
                        model[Key(name)] = Encoding.ASCII.GetBytes($"{number}");
                        break;
                    default:
                        if (store.Remove(name) != model.Remove(Key(name)))
                            return false;
                        break;
                }
            }

            return Same(store.Packed, model) && store.Count == model.Count && Same(ThroughText(ref store), model);
        });

    [Fact]
    public async Task Threads_lose_no_update()
    {
        var box = new StoreBox();
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(n =>
                    Task.Run(() =>
                    {
                        byte[] mine = [(byte)('a' + n)];
                        for (int i = 0; i < 2000; i++)
                        {
                            box.Store.Add("shared"u8, 1);
                            box.Store.Set(mine, i);
                            if (i % 3 == 0)
                                box.Store.Remove(mine);
                            Assert.Equal(i % 3 != 0, box.Store.TryGet(mine, out long read));
                            Assert.Equal(i % 3 != 0 ? i : 0, read);
                        }
                    })
                )
        );
        Assert.True(box.Store.TryGet("shared"u8, out long sum));
        Assert.Equal(8000, sum);
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        ValueStore store = default;
        store.Set("caller"u8, "alice"u8);
        store.Set("credit"u8, 1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            store.TryGet("caller"u8, out ReadOnlySpan<byte> _);
            store.TryGet("credit"u8, out long _);
            _ = store.Count;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static readonly byte[][] ValueNames = ["a"u8.ToArray(), "b"u8.ToArray(), "c#|\\"u8.ToArray(), "vari\0"u8.ToArray()];

    private static readonly Gen<byte[]> AnyName = Gen.OneOf(Gen.Int[0, 3].Select(i => ValueNames[i]), Gen.Byte.Array[0, 3]);

    private static Gen<(int, byte[], byte[], long)[]> Operations =>
        Gen.Select(Gen.Int[0, 3], AnyName, Gen.OneOf(Gen.Byte.Array[0, 5], Gen.Byte.Array[100, 300]), Gen.Long).Array[0, 30];

    private static string Key(ReadOnlySpan<byte> name) => Convert.ToHexString(name);

    private static Dictionary<string, byte[]> ThroughText(ref ValueStore store)
    {
        var text = new ArrayBufferWriter<byte>();
        store.WriteText(text);
        ValueStore again = default;
        again.ReadText(text.WrittenSpan);
        return Read(again.Packed);
    }

    private static Dictionary<string, byte[]> Read(ReadOnlySpan<byte> packed)
    {
        var read = new Dictionary<string, byte[]>();
        foreach (PackedValue value in new PackedValueReader(packed))
            read.Add(Key(value.Name), value.Value.ToArray());
        return read;
    }

    private static bool Same(ReadOnlySpan<byte> packed, Dictionary<string, byte[]> model) => Same(Read(packed), model);

    private static bool Same(Dictionary<string, byte[]> read, Dictionary<string, byte[]> model) =>
        read.Count == model.Count
        && read.All(pair => model.TryGetValue(pair.Key, out byte[]? value) && value.AsSpan().SequenceEqual(pair.Value));

    private sealed class StoreBox
    {
        public ValueStore Store;
    }
}
