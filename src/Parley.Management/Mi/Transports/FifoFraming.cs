using System.Buffers;
using System.Text;

namespace Parley.Management;

/// <summary>
/// Finds the commands in what was written to the FIFO: <c>:REPLY:JSON</c>, where REPLY is the name of the reply FIFO, or nothing when no reply is
/// wanted. Writers do not end their commands, so the end of the JSON object is the end of the command.
/// </summary>
internal sealed class FifoFraming(int mostBytes)
{
    private const int LongestName = 128;

    private byte[] _buffer = new byte[4096];
    private int _length;

    /// <summary>Bytes that wait for the rest of their command.</summary>
    public int Waiting => _length;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes.Length));
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>Takes the next command; false when there is none, or not yet.</summary>
    /// <param name="isWhole">Nothing more has come for a while: what is there is all.</param>
    /// <param name="reply">The name of the reply FIFO; null: no reply is wanted.</param>
    /// <param name="request">The request.</param>
    /// <param name="fault">What is wrong with the bytes, which are dropped; null: nothing.</param>
    public bool TryTake(bool isWhole, out string? reply, out MiRequest? request, out string? fault)
    {
        (reply, request, fault) = (null, null, null);
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, _length);
        int start = bytes.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0)
        {
            _length = 0;
            return false;
        }

        bytes = bytes[start..];
        if (bytes[0] != ':')
            return Drop("a command begins with a colon", out fault);
        int colon = bytes[1..Math.Min(bytes.Length, LongestName + 2)].IndexOf((byte)':');
        if (colon < 0)
            return (isWhole || bytes.Length > LongestName + 1) && Drop("there is no name of a reply FIFO between colons", out fault);
        string name = Encoding.UTF8.GetString(bytes.Slice(1, colon));
        int json = start + colon + 2;
        bool isTooLong = _length - json > mostBytes;
        if (
            !MiRequest.TryRead(new ReadOnlySequence<byte>(_buffer, json, _length - json), isWhole || isTooLong, out request, out long taken)
        )
            return false;
        Keep(json + (int)taken);
        if (name.Length == 0)
            return true;
        // Only a plain name: the FIFO lies in the folder of the replies.
        if (name.AsSpan().ContainsAny("./\\\0"))
        {
            request!.Dispose();
            request = null;
            fault = "the name of the reply FIFO is no plain name";
            return false;
        }

        reply = name;
        return true;
    }

    private bool Drop(string reason, out string? fault)
    {
        fault = reason;
        _length = 0;
        return false;
    }

    private void Keep(int from)
    {
        _buffer.AsSpan(from, _length - from).CopyTo(_buffer);
        _length -= from;
        if (_length == 0 && _buffer.Length > 65_536)
            _buffer = new byte[4096];
    }
}
