using System.Text.Json;
using Parley.Hosting;

namespace Parley.Management;

/// <summary><c>hep_trace</c>: which calls go out by HEP, read and changed at run time.</summary>
internal sealed class HepCommands(HepService hep) : IMiCommandSource
{
    public IEnumerable<MiCommand> Commands =>
        [
            new("hep", "trace", (arguments, _) => ValueTask.FromResult(Run(arguments)))
            {
                Aliases = ["hep_trace"],
                ParameterSets =
                [
                    [],
                    [MiParameter.Text("mode")],
                    [MiParameter.Text("action"), MiParameter.Text("call_id")],
                    [MiParameter.Text("action"), MiParameter.Text("user")],
                ],
                NamedOnly = true,
                Changes = true,
                ReadsWithoutParameters = true,
                Help =
                    "What goes out by HEP; with a mode (off, all, selected) it is changed, with an action (add, remove) and a call_id or user a call is chosen.",
            },
        ];

    private MiResult Run(MiArguments arguments)
    {
        if (arguments.Has("mode"))
            return HepChange.Mode(hep, arguments.Text("mode")) is { } fault ? MiErrors.Invalid(fault) : MiResult.Ok;
        if (arguments.Has("action"))
        {
            bool isCall = arguments.Has("call_id");
            string? bad = HepChange.Choose(
                hep,
                arguments.Text("action"),
                isCall ? arguments.Text("call_id") : null,
                isCall ? null : arguments.Text("user")
            );
            return bad is null ? MiResult.Ok : MiErrors.Invalid(bad);
        }

        return MiResult.Json(Write);
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("mode"u8, HepChange.NameOf(hep.Export.Mode));
        json.WriteString("target"u8, hep.Target);
        json.WriteStartArray("call_ids"u8);
        foreach (string callId in hep.Export.Selection.CallIds)
            json.WriteStringValue(callId);
        json.WriteEndArray();
        json.WriteStartArray("users"u8);
        foreach (string user in hep.Export.Selection.Users)
            json.WriteStringValue(user);
        json.WriteEndArray();
        json.WriteNumber("sent"u8, hep.Sent);
        json.WriteNumber("dropped"u8, hep.Dropped);
        json.WriteEndObject();
    }
}
