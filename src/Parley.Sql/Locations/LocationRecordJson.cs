using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Parley.Registrar;

namespace Parley.Sql;

/// <summary>
/// Contacts as JSON objects: whole, for those that the table cannot hold and for export; in part, for what stands beside a row. ASCII alone, so that any database keeps
/// it. Texts that are no UTF-8 are base64, under a name that ends in 64. Times are unix milliseconds, 0 for a contact without end.
/// </summary>
internal static class LocationRecordJson
{
    /// <summary>A whole contact.</summary>
    public static string Write(LocationRecord record) =>
        Write(json =>
        {
            json.WriteNumber("id", record.ContactId);
            WriteBytes(json, "address", record.Address.Span);
            WriteBytes(json, "contact", record.Contact.Span);
            WriteTimes(json, record);
            json.WriteNumber("q", record.Q);
            json.WriteString("callid", record.CallId);
            WritePath(json, record.Path);
            WriteText(json, "useragent", record.UserAgent);
            WriteText(json, "instance", record.InstanceId);
            WriteFlow(json, record);
            WriteRegId(json, record);
            if (record.Flags is { } flags)
                json.WriteNumber("flags", flags);
            if (record.Methods is { } methods)
                json.WriteNumber("methods", methods);
            WriteText(json, "cflags", record.BranchFlags);
            WriteText(json, "kv", record.KeyValues);
            WriteText(json, "attr", record.Attributes);
        });

    /// <summary>What the row of a contact does not say, or not exactly.</summary>
    /// <param name="record">The contact.</param>
    /// <param name="hasAgent">The row has the User-Agent.</param>
    /// <param name="hasInstance">The row has the instance.</param>
    public static string WriteDetails(LocationRecord record, bool hasAgent, bool hasInstance) =>
        Write(json =>
        {
            WriteTimes(json, record);
            if (record.Q % 10 != 0)
                json.WriteNumber("q", record.Q);
            if (record.CallId.Length == 0)
                json.WriteString("callid", "");
            if (!hasAgent)
                WriteText(json, "useragent", record.UserAgent);
            if (!hasInstance)
                WriteText(json, "instance", record.InstanceId);
            // The table knows two kinds: a received address, which is the way to the contact, and none.
            if (record.FlowUse == FlowUse.Only ? record.Received is null : record.Received is not null || record.FlowUse != FlowUse.None)
                WriteFlow(json, record);
            WriteRegId(json, record);
        });

    /// <summary>A contact with what stands beside its row, unless another program has written the row since.</summary>
    public static LocationRecord WithDetails(LocationRecord row, ReadOnlySpan<byte> details)
    {
        LocationRecord whole = Read(details, row) ?? row;
        bool isOfThisRow = whole.CSeq == row.CSeq && Seconds(whole.Expires) == Seconds(row.Expires);
        return isOfThisRow ? whole : row;
    }

    /// <summary>The seconds of an end as the table has them; 0 for none.</summary>
    public static long Seconds(DateTimeOffset? expires) => expires is { } end ? Math.Clamp(end.ToUnixTimeSeconds(), 1, int.MaxValue) : 0;

    /// <summary>A contact from its JSON; what it does not say is as in <paramref name="record"/>. Null when it is no JSON of a contact.</summary>
    public static LocationRecord? Read(ReadOnlySpan<byte> text, LocationRecord? record = null)
    {
        record ??= new LocationRecord
        {
            ContactId = 0,
            Address = default,
            Contact = default,
        };
        var json = new Utf8JsonReader(text);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                string name = json.GetString()!;
                json.Read();
                record = With(record, name, ref json);
            }

            return record;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static LocationRecord With(LocationRecord record, string name, ref Utf8JsonReader json)
    {
        switch (name)
        {
            case "id":
                return record with { ContactId = json.GetInt64() };
            case "address":
                return record with { Address = Encoding.UTF8.GetBytes(json.GetString()!) };
            case "address64":
                return record with { Address = json.GetBytesFromBase64() };
            case "contact":
                return record with { Contact = Encoding.UTF8.GetBytes(json.GetString()!) };
            case "contact64":
                return record with { Contact = json.GetBytesFromBase64() };
            case "expires":
                return record with { Expires = json.GetInt64() is var end and > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null };
            case "modified":
                return record with { LastModified = DateTimeOffset.FromUnixTimeMilliseconds(json.GetInt64()) };
            case "q":
                return record with { Q = json.GetInt32() };
            case "callid":
                return record with { CallId = json.GetString()! };
            case "cseq":
                return record with { CSeq = json.GetUInt32() };
            case "path":
                return record with { Path = ReadPath(ref json) };
            case "useragent":
                return record with { UserAgent = json.GetString() };
            case "instance":
                return record with { InstanceId = json.GetString() };
            case "flow":
                return record with { FlowUse = (FlowUse)json.GetInt32() is var use and <= FlowUse.Only ? use : FlowUse.None };
            case "received":
                return record with { Received = json.GetString() };
            case "socket":
                return record with { Socket = json.GetString() };
            case "regid":
                return record with { RegId = json.GetInt32() };
            case "flags":
                return record with { Flags = json.GetInt32() };
            case "methods":
                return record with { Methods = json.GetInt32() };
            case "cflags":
                return record with { BranchFlags = json.GetString() };
            case "kv":
                return record with { KeyValues = json.GetString() };
            case "attr":
                return record with { Attributes = json.GetString() };
            default:
                json.Skip(); // of a newer program
                return record;
        }
    }

    private static List<byte[]> ReadPath(ref Utf8JsonReader json)
    {
        var path = new List<byte[]>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            path.Add(json.GetBytesFromBase64());
        return path;
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.ASCII.GetString(text.WrittenSpan);
    }

    private static void WriteTimes(Utf8JsonWriter json, LocationRecord record)
    {
        json.WriteNumber("cseq", record.CSeq);
        json.WriteNumber("expires", record.Expires is { } end ? Math.Max(1, end.ToUnixTimeMilliseconds()) : 0);
        json.WriteNumber("modified", record.LastModified.ToUnixTimeMilliseconds());
    }

    private static void WriteFlow(Utf8JsonWriter json, LocationRecord record)
    {
        json.WriteNumber("flow", (int)record.FlowUse);
        WriteText(json, "received", record.Received);
        WriteText(json, "socket", record.Socket);
    }

    private static void WriteRegId(Utf8JsonWriter json, LocationRecord record)
    {
        if (record.RegId != 0)
            json.WriteNumber("regid", record.RegId);
    }

    private static void WritePath(Utf8JsonWriter json, IReadOnlyList<byte[]> path)
    {
        if (path.Count == 0)
            return;
        json.WriteStartArray("path");
        foreach (byte[] hop in path)
            json.WriteBase64StringValue(hop);
        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }

    private static void WriteBytes(Utf8JsonWriter json, string name, ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
            json.WriteString(name, text);
        else
            json.WriteBase64String(name + "64", text);
    }
}
