using System.Text;

namespace Parley.Server.Configuration;

/// <summary>Lines and columns of a text, both from 1. Counts on from the last position that was asked for, so that a walk through a text is linear.</summary>
internal struct LineCounter(byte[] text)
{
    private int _position;
    private int _line = 1;

    public int LineAt(int position)
    {
        if (position < _position)
            (_position, _line) = (0, 1);
        var end = Math.Min(position, text.Length);
        _line += text.AsSpan(_position, end - _position).Count((byte)'\n');
        _position = end;
        return _line;
    }

    public static int ColumnAt(byte[] text, int position)
    {
        var before = text.AsSpan(0, Math.Min(position, text.Length));
        return Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
    }
}
