using Parley.Dialogs;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>Commands that reach into single dialogs: <c>dlg_push_var</c> and <c>dlg_send_sequential</c>.</summary>
internal sealed class DialogChangeCommands(IDialogApi? dialogs = null, DialogPersistence? store = null) : IMiCommandSource
{
    private static readonly MiParameter[] Choices =
    [
        MiParameter.Text("mode"),
        MiParameter.Text("method"),
        MiParameter.Text("body"),
        MiParameter.Text("headers"),
    ];

    public IEnumerable<MiCommand> Commands => dialogs is null ? [] : new Bound(new DialogFinder(dialogs, store)).Commands;

    /// <summary>Callid, and any of the others.</summary>
    private static IReadOnlyList<IReadOnlyList<MiParameter>> SequentialSets()
    {
        var sets = new List<IReadOnlyList<MiParameter>>();
        for (int choice = 0; choice < 1 << Choices.Length; choice++)
            sets.Add([MiParameter.Text("callid"), .. Choices.Where((_, i) => (choice & (1 << i)) != 0)]);
        return [.. sets.OrderBy(static set => set.Count)];
    }

    /// <summary>The commands of an application that has dialogs.</summary>
    private sealed class Bound(DialogFinder finder)
    {
        public IEnumerable<MiCommand> Commands =>
            [
                new(DialogCommands.Module, "push_var", PushAsync)
                {
                    Aliases = ["dlg_push_var"],
                    ParameterSets =
                    [
                        [MiParameter.Text("dlg_val_name"), MiParameter.Text("dlg_val_value"), MiParameter.List("DID")],
                    ],
                    Changes = true,
                    Help = "Stores a value in dialogs, named by id or Call-ID; those that are not there are passed over.",
                },
                new(DialogCommands.Module, "send_sequential", SendAsync)
                {
                    Aliases = ["dlg_send_sequential"],
                    ParameterSets = SequentialSets(),
                    NamedOnly = true,
                    Changes = true,
                    Help = "Sends a request into a dialog and waits for its final response.",
                },
            ];

        private async ValueTask<MiResult> PushAsync(MiArguments arguments, CancellationToken cancellation)
        {
            string name = arguments.Text("dlg_val_name");
            if (name.Length == 0)
                return MiErrors.Invalid("Bad value for parameter 'dlg_val_name'");
            int set = 0;
            foreach (string id in arguments.List("DID"))
            {
                if (await finder.FindAsync(id, cancellation).ConfigureAwait(false) is not { } dialog)
                    continue;
                dialog.Values.Set(name, arguments.Text("dlg_val_value"));
                set++;
            }

            arguments.Subject = $"dialogs={set}";
            return MiResult.Ok;
        }

        private async ValueTask<MiResult> SendAsync(MiArguments arguments, CancellationToken cancellation)
        {
            if (
                !SequentialRequest.TryCreate(
                    arguments.TextOrNull("mode"),
                    arguments.TextOrNull("method"),
                    arguments.TextOrNull("body"),
                    arguments.TextOrNull("headers"),
                    out SequentialRequest? request,
                    out string? error
                )
            )
                return error is "Invalid mode" or "Invalid body mode"
                    ? MiResult.Error(400, error)
                    : MiResult.Error(406, "Not Acceptable", error);
            if (await finder.FindAsync(arguments.Text("callid"), cancellation).ConfigureAwait(false) is not { } dialog)
                return MiResult.Error(404, "Dialog Not Found");
            arguments.Subject = DialogFinder.SubjectOf(dialog);
            SequentialReply reply = await dialog.SendSequentialAsync(request).WaitAsync(cancellation).ConfigureAwait(false);
            return reply.IsLocal
                ? MiResult.Error(reply.StatusCode, reply.Reason)
                : MiResult.Json(json =>
                {
                    json.WriteStartObject();
                    json.WriteNumber("Code"u8, reply.StatusCode);
                    json.WriteString("Reason"u8, reply.Reason);
                    json.WriteEndObject();
                });
        }
    }
}
