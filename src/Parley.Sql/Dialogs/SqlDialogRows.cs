using System.Globalization;
using System.Text;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>The rows of one write: what goes into the table of dialogs, and what goes beside it.</summary>
internal sealed class SqlDialogRows(SqlDialogTables tables, SqlUserFlags flagNames, string node, long now, bool asBytes)
{
    /// <summary>Whole rows.</summary>
    public SqlRows Rows { get; } = new(tables.Rows);

    /// <summary>Details of the same dialogs, and whole rows of those that the table would not keep as they are.</summary>
    public SqlRows Details { get; } = new(tables.Details);

    /// <summary>Dialogs that have no row in the table of dialogs any more, or never had.</summary>
    public List<ulong> Elsewhere { get; } = [];

    /// <summary>
    /// Adds a row. What the table would not keep as it is (a long Call-ID, a NUL, bytes that are no UTF-8) is kept beside it, whole: a part of it in the
    /// table would be another dialog.
    /// </summary>
    public void Add(DialogRecord record)
    {
        long hash = CoreHash.Compute(record[DialogColumn.CallId]);
        if (Fits(record))
        {
            AddNumbers(Rows, record);
            for (DialogColumn column = 0; column < DialogColumn.Details; column++)
                AddText(Rows, record, column);
            Rows.EndRow();
            ReadOnlySpan<byte> details = record[DialogColumn.Details];
            Details.Add(record.Id.Value).Add(node.Length == 0 ? null : node).Add(now);
            if (details.IsEmpty)
                Details.AddNull();
            else
                Details.AddText(details, asBytes);
            Details.Add(hash).AddNull().AddNull();
        }
        else
        {
            Elsewhere.Add(record.Id.Value);
            Details.Add(record.Id.Value).Add(node.Length == 0 ? null : node).Add(now).AddNull();
            Details.Add(hash).Add(hash).Add(DialogRecordBytes.Write(record));
        }

        Details.EndRow();
    }

    /// <summary>Adds the numbers alone.</summary>
    /// <returns>False: the row does not stand in the table of dialogs, or may not stand there any more.</returns>
    public bool TryAddNumbers(SqlRows numbers, DialogRecord record)
    {
        if (!NumbersFit(record))
            return false;
        AddNumbers(numbers, record);
        numbers.EndRow();
        return true;
    }

    private bool Fits(DialogRecord record)
    {
        for (DialogColumn column = 0; column <= DialogColumn.Details; column++)
        {
            if (!tables.Takes(column, record[column]))
                return false;
        }

        return NumbersFit(record);
    }

    private bool NumbersFit(DialogRecord record) =>
        record.StartTime is >= 0 and <= uint.MaxValue
        && record.Timeout is >= 0 and <= uint.MaxValue
        && (!tables.HasFlagNames || tables.FlagsRoom.Takes(Encoding.UTF8.GetBytes(flagNames.Text(record.UserFlags))));

    private void AddNumbers(SqlRows rows, DialogRecord record)
    {
        rows.Add(record.Id.Value)
            .Add((long)record.State)
            .Add(record.CallerCSeq.ToString(CultureInfo.InvariantCulture))
            .Add(record.CalleeCSeq.ToString(CultureInfo.InvariantCulture))
            .Add((long)record.CallerPingCSeq)
            .Add((long)record.CalleePingCSeq)
            .Add(record.StartTime)
            .Add(record.Timeout);
        if (tables.HasFlagNames)
            rows.Add(flagNames.Text(record.UserFlags));
        else
            rows.Add((long)record.UserFlags);
        rows.Add((long)record.ModuleFlags).Add((long)record.Flags);
    }

    private void AddText(SqlRows rows, DialogRecord record, DialogColumn column)
    {
        ReadOnlySpan<byte> text = record[column];
        if (text.IsEmpty && DialogRecord.IsNullable(column))
            rows.AddNull();
        else if (column == DialogColumn.Values)
            rows.Add(text.ToArray());
        else
            rows.AddText(text, asBytes);
    }
}
