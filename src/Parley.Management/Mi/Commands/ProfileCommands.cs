using System.Text.Json;
using Parley.Dialogs;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>Commands for profiles: their sizes, values and dialogs, and the profiles of one dialog.</summary>
internal sealed class ProfileCommands(TimeProvider time, IDialogApi? dialogs = null, DialogPersistence? store = null) : IMiCommandSource
{
    private const string Module = DialogCommands.Module;
    private static readonly MiResult NoProfile = MiResult.Error(404, "Profile not found");
    private static readonly MiResult NoDialog = MiResult.Error(404, "Dialog Not Found");
    private static readonly MiParameter Profile = MiParameter.Text("profile"),
        Value = MiParameter.Text("value"),
        DialogId = MiParameter.Text("dlg_id");

    private static readonly IReadOnlyList<IReadOnlyList<MiParameter>> ProfileSets =
    [
        [Profile],
        [Profile, Value],
    ];

    public IEnumerable<MiCommand> Commands => dialogs is null ? [] : new Bound(dialogs, store, time).Commands;

    /// <summary>The commands of an application that has dialogs.</summary>
    private sealed class Bound(IDialogApi dialogs, DialogPersistence? store, TimeProvider time)
    {
        private readonly DialogFinder _finder = new(dialogs, store);

        public IEnumerable<MiCommand> Commands =>
            [
                new(Module, "profile_get_size", (arguments, _) => ValueTask.FromResult(Size(arguments)))
                {
                    ParameterSets = ProfileSets,
                    Help = "How many dialogs are in a profile, or have one of its values.",
                },
                new(Module, "profile_get_values", (arguments, _) => ValueTask.FromResult(Values(arguments)))
                {
                    ParameterSets =
                    [
                        [Profile],
                    ],
                    Help = "The values of a profile, and how many dialogs have each.",
                },
                new(Module, "profile_list_dlgs", (arguments, _) => ValueTask.FromResult(List(arguments)))
                {
                    ParameterSets = ProfileSets,
                    Help = "Lists the dialogs of a profile, or of one of its values.",
                },
                new(Module, "profile_end_dlgs", (arguments, _) => ValueTask.FromResult(EndAll(arguments)))
                {
                    ParameterSets = ProfileSets,
                    Changes = true,
                    Help = "Ends every dialog of a profile, or of one of its values; one that fails keeps none of the others.",
                },
                new(Module, "list_all_profiles", (_, _) => ValueTask.FromResult(ListAll())) { Help = "The profiles that are defined." },
                new(Module, "set_profile", SetAsync)
                {
                    Aliases = ["dlg_set_profile"],
                    ParameterSets =
                    [
                        [DialogId, Profile],
                        [DialogId, Profile, Value],
                        [DialogId, Profile, Value, MiParameter.Number("clear_values")],
                    ],
                    Changes = true,
                    Help = "Puts a dialog into a profile; with clear_values 1 in place of the values that it has there.",
                },
                new(Module, "unset_profile", UnsetAsync)
                {
                    Aliases = ["dlg_unset_profile"],
                    ParameterSets =
                    [
                        [DialogId, Profile],
                        [DialogId, Profile, Value],
                    ],
                    Changes = true,
                    Help = "Takes a dialog out of a profile, with one value or with all.",
                },
            ];

        private MiResult Size(MiArguments arguments)
        {
            if (Find(arguments) is not { } profile)
                return NoProfile;
            string? value = arguments.TextOrNull("value");
            int count = value is null || !profile.HasValue ? profile.Size() : profile.Size(value);
            return MiResult.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartObject("Profile"u8);
                json.WriteString("name"u8, profile.Name);
                json.WriteString("value"u8, value);
                json.WriteNumber("count"u8, count);
                json.WriteString("shared"u8, YesOrNo(profile.Sharing == ProfileSharing.Shared));
                json.WriteString("replicated"u8, YesOrNo(profile.Sharing == ProfileSharing.Replicated));
                json.WriteEndObject();
                json.WriteEndObject();
            });
        }

        private MiResult Values(MiArguments arguments)
        {
            if (Find(arguments) is not { } profile)
                return NoProfile;
            if (profile.Sharing == ProfileSharing.Shared)
                return MiResult.Error(405, "Unsupported command for shared profiles");
            return MiResult.Stream(
                async (output, cancellation) =>
                {
                    output.Json.WriteStartArray();
                    if (!profile.HasValue)
                        WriteValue(output.Json, default, isNull: true, profile.Size());
                    else
                    {
                        foreach (DialogProfileValue value in profile.Values())
                        {
                            WriteValue(output.Json, value.Utf8.Span, isNull: false, value.Count);
                            await output.StepAsync(cancellation).ConfigureAwait(false);
                        }
                    }

                    output.Json.WriteEndArray();
                }
            );
        }

        private MiResult List(MiArguments arguments)
        {
            if (Find(arguments) is not { } profile)
                return NoProfile;
            var writer = new DialogWriter(dialogs, time, withContext: false, arguments.IsQualified);
            IReadOnlyList<Dialog> members = Members(profile, arguments);
            return MiResult.Stream(
                async (output, cancellation) =>
                {
                    output.Json.WriteStartObject();
                    await writer.WriteListAsync(output, members, cancellation).ConfigureAwait(false);
                    output.Json.WriteEndObject();
                }
            );
        }

        private MiResult EndAll(MiArguments arguments)
        {
            if (Find(arguments) is not { } profile)
                return NoProfile;
            string? value = arguments.TextOrNull("value");
            IReadOnlyList<DialogEnding> endings =
                value is null || !profile.HasValue
                    ? profile.EndAll(DialogCommands.EndReason)
                    : profile.EndAll(value, DialogCommands.EndReason);
            int failed = endings.Count(static ending => !ending.Ended && ending.Dialog.State != DialogState.Deleted);
            arguments.Subject = $"ended={endings.Count - failed} failed={failed}";
            return failed == 0
                ? MiResult.Ok
                : MiResult.Error(400, "Internal error", $"{failed} of {endings.Count} dialogs could not be ended");
        }

        private MiResult ListAll() =>
            MiResult.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("Profiles"u8);
                foreach (DialogProfile profile in dialogs.Profiles.All)
                {
                    json.WriteStartObject();
                    json.WriteString("name"u8, profile.Name);
                    json.WriteBoolean("has value"u8, profile.HasValue);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });

        private async ValueTask<MiResult> SetAsync(MiArguments arguments, CancellationToken cancellation)
        {
            if (Find(arguments) is not { } profile)
                return MiResult.Error(400, "Bad param", "There is no such profile");
            string? value = arguments.TextOrNull("value");
            if (profile.HasValue != value is not null)
                return MiResult.Error(
                    400,
                    "Bad param",
                    profile.HasValue ? "The profile has values: give one" : "The profile has no values"
                );
            if (await _finder.FindAsync(arguments.Text("dlg_id"), cancellation).ConfigureAwait(false) is not { } dialog)
                return NoDialog;
            arguments.Subject = DialogFinder.SubjectOf(dialog);
            bool clears = arguments.Has("clear_values") && arguments.Number("clear_values") != 0;
            List<DialogProfileMembership> before = clears ? MembershipsOf(dialog, profile) : [];
            DialogProfileResult result = value is null ? profile.Set(dialog) : profile.Set(dialog, value);
            if (result is not (DialogProfileResult.Added or DialogProfileResult.Member))
                return MiResult.Error(
                    403,
                    "Dialog Error",
                    result == DialogProfileResult.LimitReached ? "The limit of the profile is reached" : "The dialog is over"
                );
            // After the new value is in: a dialog that a limit refuses keeps what it has.
            foreach (DialogProfileMembership membership in before)
                if (membership.Value != value)
                    profile.Unset(dialog, membership.Utf8.Span);
            return MiResult.Ok;
        }

        private async ValueTask<MiResult> UnsetAsync(MiArguments arguments, CancellationToken cancellation)
        {
            if (Find(arguments) is not { } profile)
                return MiResult.Error(400, "Bad param", "There is no such profile");
            if (await _finder.FindAsync(arguments.Text("dlg_id"), cancellation).ConfigureAwait(false) is not { } dialog)
                return NoDialog;
            arguments.Subject = DialogFinder.SubjectOf(dialog);
            if (profile.HasValue && arguments.TextOrNull("value") is { } value)
                return profile.Unset(dialog, value) ? MiResult.Ok : MiResult.Error(403, "Dialog Error", "The dialog is not in the profile");
            List<DialogProfileMembership> memberships = MembershipsOf(dialog, profile);
            foreach (DialogProfileMembership membership in memberships)
                profile.Unset(dialog, membership.Utf8.Span);
            return memberships.Count > 0 || profile.HasValue
                ? MiResult.Ok
                : MiResult.Error(403, "Dialog Error", "The dialog is not in the profile");
        }

        private DialogProfile? Find(MiArguments arguments) => dialogs.FindProfile(arguments.Text("profile"));

        private static IReadOnlyList<Dialog> Members(DialogProfile profile, MiArguments arguments) =>
            profile.HasValue && arguments.TextOrNull("value") is { } value ? profile.Dialogs(value) : profile.Dialogs();

        private static List<DialogProfileMembership> MembershipsOf(Dialog dialog, DialogProfile profile) =>
            [.. dialog.Profiles.ToList().Where(membership => membership.Profile == profile)];

        private static void WriteValue(Utf8JsonWriter json, ReadOnlySpan<byte> value, bool isNull, int count)
        {
            json.WriteStartObject();
            if (isNull)
                json.WriteNull("value"u8);
            else
                json.WriteString("value"u8, value);
            json.WriteNumber("count"u8, count);
            json.WriteEndObject();
        }

        private static string YesOrNo(bool flag) => flag ? "yes" : "no";
    }
}
