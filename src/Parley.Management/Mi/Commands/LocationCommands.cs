using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Hosting;
using Parley.Registrar;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Management;

/// <summary>Commands for registrations: the <c>ul_</c> commands of OpenSIPS's usrloc. There is one table, called <c>location</c>.</summary>
internal sealed class LocationCommands(LocationTable? table = null) : IMiCommandSource
{
    private const string Module = "usrloc";
    private const string TableName = "location";

    /// <summary>What OpenSIPS writes into a contact that an operator adds; here it is the User-Agent only, for its Call-ID belongs to no REGISTER.</summary>
    private const string UserAgent = "Parley MI";

    private static readonly MiResult NoTable = MiResult.Error(404, "Table not found");
    private static readonly MiResult NoDomain = MiResult.Error(400, "Domain missing in AOR");
    private static readonly MiResult NoAddress = MiResult.Error(404, "AOR not found");
    private static readonly MiParameter Table = MiParameter.Text("table_name"),
        Aor = MiParameter.Text("aor"),
        Contact = MiParameter.Text("contact");

    public IEnumerable<MiCommand> Commands => table is null ? [] : new Bound(table).Commands;

    /// <summary>The commands of an application that has a registrar.</summary>
    private sealed class Bound(LocationTable table)
    {
        private static readonly MiParameter[] AddParameters =
        [
            Table,
            Aor,
            Contact,
            MiParameter.Number("expires"),
            MiParameter.Text("q"),
            MiParameter.Number("flags"),
            MiParameter.Number("cflags"),
            MiParameter.Number("methods"),
        ];

        public IEnumerable<MiCommand> Commands =>
            [
                new(Module, "dump", (arguments, _) => ValueTask.FromResult(Dump(arguments)))
                {
                    Aliases = ["ul_dump"],
                    ParameterSets =
                    [
                        [],
                        [MiParameter.Any("brief")],
                    ],
                    Help = "Lists all registrations; brief: the addresses only.",
                },
                new(Module, "show_contact", (arguments, _) => ValueTask.FromResult(Show(arguments)))
                {
                    Aliases = ["ul_show_contact"],
                    ParameterSets =
                    [
                        [Table, Aor],
                    ],
                    Help = "The contacts of an address.",
                },
                new(Module, "add", (arguments, _) => ValueTask.FromResult(Add(arguments)))
                {
                    Aliases = ["ul_add"],
                    // OpenSIPS 3 has a parameter without use between q and flags.
                    ParameterSets = [AddParameters, [.. AddParameters[..5], MiParameter.Any("unused"), .. AddParameters[5..]]],
                    Changes = true,
                    Help = "Binds a contact to an address; expires 0: for ever.",
                },
                new(Module, "rm", (arguments, _) => ValueTask.FromResult(Remove(arguments)))
                {
                    Aliases = ["ul_rm"],
                    ParameterSets =
                    [
                        [Table, Aor],
                    ],
                    Changes = true,
                    Help = "Takes back all contacts of an address.",
                },
                new(Module, "rm_contact", (arguments, _) => ValueTask.FromResult(RemoveContact(arguments)))
                {
                    Aliases = ["ul_rm_contact"],
                    ParameterSets =
                    [
                        [Table, Aor, Contact],
                    ],
                    Changes = true,
                    Help = "Takes back one contact of an address.",
                },
            ];

        private MiResult Dump(MiArguments arguments)
        {
            // OpenSIPS 3 takes the text "brief", 4.0 a number other than 0; a text stands here with its quotes.
            bool isBrief = arguments.TextOrNull("brief") is { } brief && brief.Trim('"') is not ("0" or "" or "false");
            return MiResult.Stream(
                async (output, cancellation) =>
                {
                    Utf8JsonWriter json = output.Json;
                    json.WriteStartObject();
                    json.WriteStartArray("Domains"u8);
                    json.WriteStartObject();
                    json.WriteString("name"u8, TableName);
                    json.WriteNumber("hash_size"u8, table.AddressCount);
                    json.WriteStartArray("AORs"u8);
                    foreach (AddressOfRecord address in table.Addresses)
                    {
                        IReadOnlyList<Binding> bindings = table.BindingsOf(address);
                        if (bindings.Count == 0)
                            continue;
                        WriteAddress(json, address, isBrief ? null : bindings);
                        await output.StepAsync(cancellation).ConfigureAwait(false);
                    }

                    json.WriteEndArray();
                    json.WriteEndObject();
                    json.WriteEndArray();
                    json.WriteEndObject();
                }
            );
        }

        private MiResult Show(MiArguments arguments)
        {
            if (Find(arguments, out AddressOfRecord address) is { } error)
                return error;
            IReadOnlyList<Binding> bindings = table.BindingsOf(address);
            return bindings.Count == 0 ? NoAddress : MiResult.Json(json => WriteAddress(json, address, bindings));
        }

        private MiResult Add(MiArguments arguments)
        {
            if (Find(arguments, out AddressOfRecord address) is { } error)
                return error;
            int expires = arguments.Number("expires");
            if (!SipUri.TryParse(arguments.Text("contact"), out SipUri? contact) || !TryQ(arguments.Text("q"), out int q) || expires < 0)
                return MiResult.Error(400, "Bad parameter value");
            arguments.Subject = $"aor={address}";
            var stored = new StoredContact
            {
                Contact = contact,
                Q = q,
                Lifetime = expires == 0 ? null : TimeSpan.FromSeconds(expires),
                UserAgent = UserAgent,
            };
            return table.Bind(address, stored) ? MiResult.Ok : MiResult.Error(500, "Internal Error", "A limit of the registrar forbids it");
        }

        private MiResult Remove(MiArguments arguments)
        {
            if (Find(arguments, out AddressOfRecord address) is { } error)
                return error;
            arguments.Subject = $"aor={address}";
            // As the reference: an address without contacts is none the less without them afterwards.
            table.Clear(address);
            return MiResult.Ok;
        }

        private MiResult RemoveContact(MiArguments arguments)
        {
            if (Find(arguments, out AddressOfRecord address) is { } error)
                return error;
            arguments.Subject = $"aor={address}";
            if (table.BindingsOf(address).Count == 0)
                return NoAddress;
            return SipUri.TryParse(arguments.Text("contact"), out SipUri? contact) && table.Unbind(address, contact)
                ? MiResult.Ok
                : MiResult.Error(404, "Contact not found");
        }

        private MiResult? Find(MiArguments arguments, out AddressOfRecord address)
        {
            address = null!;
            if (arguments.Text("table_name") != TableName)
                return NoTable;
            string text = arguments.Text("aor");
            if (!text.Contains('@', StringComparison.Ordinal) || !AddressOfRecord.TryParse(text, table.Options, out AddressOfRecord? found))
                return NoDomain;
            address = found;
            return null;
        }

        private void WriteAddress(Utf8JsonWriter json, AddressOfRecord address, IReadOnlyList<Binding>? bindings)
        {
            json.WriteStartObject();
            json.WriteString("AOR"u8, address.Bytes);
            if (bindings is not null)
            {
                json.WriteStartArray("Contacts"u8);
                foreach (Binding binding in bindings)
                    Write(json, binding);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        private void Write(Utf8JsonWriter json, Binding binding)
        {
            json.WriteStartObject();
            json.WriteString("Contact"u8, binding.Contact.Bytes);
            json.WriteString("ContactID"u8, ((ulong)binding.ContactId).ToString(CultureInfo.InvariantCulture));
            TimeSpan left = table.RemainingOf(binding);
            if (left == TimeSpan.MaxValue)
                json.WriteString("Expires"u8, "permanent"u8);
            else if (left <= TimeSpan.Zero)
                json.WriteString("Expires"u8, "expired"u8);
            else
                json.WriteNumber("Expires"u8, (long)left.TotalSeconds);
            json.WriteString("Q"u8, binding.Q == 1000 ? "1" : (binding.Q / 1000m).ToString("0.###", CultureInfo.InvariantCulture));
            json.WriteString("Callid"u8, binding.CallId);
            json.WriteNumber("Cseq"u8, binding.CSeq);
            if (binding.UserAgent is { Length: > 0 } agent)
                json.WriteString("User-agent"u8, agent);
            if (binding.Flow is { } flow)
                json.WriteString("Received"u8, UriOf(flow));
            if (binding.Path.Count > 0)
                json.WriteString("Path"u8, string.Join(',', binding.Path.Select(Encoding.UTF8.GetString)));
            json.WriteString("State"u8, "CS_SYNC"u8);
            json.WriteNumber("Flags"u8, 0);
            json.WriteString("Cflags"u8, ""u8);
            if (binding.Flow is { } socket)
                json.WriteString("Socket"u8, TextOf(socket.Listener));
            json.WriteNumber("Methods"u8, uint.MaxValue);
            if (binding.InstanceId is { } instance)
                json.WriteString("SIP_instance"u8, instance);
            json.WriteEndObject();
        }

        private static string TextOf(SipListener listener) => $"{Encoding.ASCII.GetString(listener.UriTransport)}:{listener.Local}";

        private static string UriOf(SipFlow flow)
        {
            string transport = Encoding.ASCII.GetString(flow.Listener.UriTransport);
            return $"sip:{flow.Remote}{(transport == "udp" ? "" : $";transport={transport}")}";
        }

        /// <summary>"0.5" as 500; -1 or nothing is the highest, as in the reference.</summary>
        private static bool TryQ(string text, out int q)
        {
            q = 1000;
            if (text is "" or "-1")
                return true;
            bool isNumber = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value);
            q = (int)Math.Round(Math.Min(value, 1) * 1000);
            return isNumber && value <= 1;
        }
    }
}
