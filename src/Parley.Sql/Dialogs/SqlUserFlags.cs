using System.Globalization;
using System.Text;

namespace Parley.Sql;

/// <summary>The user flags as version 12 writes them: the flags' names with blanks between. A flag without a name is written as a number, the sum of its bits.</summary>
/// <param name="names">Each at the index of its bit.</param>
internal sealed class SqlUserFlags(IReadOnlyList<string> names)
{
    public string Text(uint bits)
    {
        var text = new StringBuilder();
        for (int bit = 0; bit < names.Count && bit < 32; bit++)
        {
            uint mask = 1u << bit;
            if ((bits & mask) == 0 || names[bit].Length == 0)
                continue;
            text.Append(text.Length == 0 ? "" : " ").Append(names[bit]);
            bits &= ~mask;
        }

        if (bits != 0)
            text.Append(text.Length == 0 ? "" : " ").Append(bits.ToString(CultureInfo.InvariantCulture));
        return text.ToString();
    }

    /// <summary>A name that is not known here is passed over, as the table's other users do.</summary>
    public uint Bits(ReadOnlySpan<char> text)
    {
        uint bits = 0;
        foreach (Range part in text.Split(' '))
        {
            ReadOnlySpan<char> name = text[part];
            if (name.IsEmpty)
                continue;
            if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            {
                bits |= number;
                continue;
            }

            for (int bit = 0; bit < names.Count && bit < 32; bit++)
            {
                if (name.SequenceEqual(names[bit]))
                    bits |= 1u << bit;
            }
        }

        return bits;
    }
}
