using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Parley.Dialogs;
using Parley.Registrar;

namespace Parley.Sql;

/// <summary>A journal of contacts in one local file, in the form of <see cref="FileJournal"/>: an entry is a batch, a line each row.</summary>
public sealed class FileLocationJournal : ILocationJournal
{
    private const char Save = 'S',
        Delete = 'D';

    private readonly FileJournal _file;

    /// <summary>Describes it; nothing is opened yet.</summary>
    /// <param name="path">The file. Its directory exists; on a disk that survives what the contacts shall survive. Not that of a journal of dialogs.</param>
    /// <param name="maxLength">The most bytes that it takes, 64 KiB or more: beyond them an append fails. Default: 4 GiB.</param>
    /// <exception cref="ArgumentException">The path is empty, or the bound too small.</exception>
    public FileLocationJournal(string path, long maxLength = 4L << 30) => _file = new FileJournal(path, maxLength);

    /// <inheritdoc/>
    public long Length => _file.Length;

    /// <inheritdoc/>
    public async ValueTask OpenAsync(CancellationToken cancellation)
    {
        try
        {
            await _file.OpenAsync(cancellation).ConfigureAwait(false);
        }
        catch (DialogStoreException e)
        {
            throw new LocationStoreException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The disk does not take it, or the journal would be longer than its bound.</exception>
    public ValueTask AppendAsync(LocationStoreBatch batch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var lines = new StringBuilder();
        foreach (LocationRecord row in batch.Saves)
            lines.Append(Save).Append(LocationRecordJson.Write(row)).Append('\n');
        foreach (long id in batch.Deletes)
            lines.Append(CultureInfo.InvariantCulture, $"{Delete}{id}\n");
        return _file.AppendAsync([Encoding.ASCII.GetBytes(lines.ToString())], cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LocationStoreBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (ReadOnlyMemory<byte> entry in _file.ReadAsync(cancellation).ConfigureAwait(false))
            yield return Read(entry.Span);
    }

    /// <inheritdoc/>
    public ValueTask ClearAsync(CancellationToken cancellation) => _file.ClearAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static LocationStoreBatch Read(ReadOnlySpan<byte> entry)
    {
        var saves = new List<LocationRecord>();
        var deletes = new List<long>();
        foreach (Range range in entry.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = entry[range];
            if (line.IsEmpty)
                continue;
            if (line[0] == Save && LocationRecordJson.Read(line[1..]) is { } row)
                saves.Add(row);
            else if (
                line[0] == Delete
                && long.TryParse(line[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long id)
            )
                deletes.Add(id);
        }

        return new LocationStoreBatch { Saves = saves, Deletes = deletes };
    }
}
