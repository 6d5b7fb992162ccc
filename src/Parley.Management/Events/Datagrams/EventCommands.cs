using System.Net;
using System.Text.Json;
using Parley.Hosting;

namespace Parley.Management;

/// <summary><c>event_subscribe</c>, <c>event_unsubscribe</c>, <c>events_list</c>, <c>subscribers_list</c>: events in datagrams, for tools of OpenSIPS.</summary>
internal sealed class EventCommands(DatagramSubscribers subscribers) : IMiCommandSource
{
    private const int DefaultExpire = 3600;
    private const int LongestExpire = 7 * 24 * 3600;

    private static readonly MiParameter s_event = MiParameter.Text("event");
    private static readonly MiParameter s_socket = MiParameter.Text("socket");

    public IEnumerable<MiCommand> Commands =>
        [
            new("core", "event_subscribe", (arguments, _) => ValueTask.FromResult(Subscribe(arguments)))
            {
                ParameterSets =
                [
                    [s_event, s_socket],
                    [s_event, s_socket, MiParameter.Number("expire")],
                ],
                Changes = true,
                Help = "Sends an event in datagrams to udp:address:port for so many seconds (3600); 0 ends it.",
            },
            new("core", "event_unsubscribe", (arguments, _) => ValueTask.FromResult(Unsubscribe(arguments)))
            {
                ParameterSets =
                [
                    [s_event, s_socket],
                ],
                Changes = true,
                Help = "Ends what event_subscribe began.",
            },
            new("core", "events_list", static (_, _) => ValueTask.FromResult(Events())) { Help = "The events that can be subscribed to." },
            new("core", "subscribers_list", (arguments, _) => ValueTask.FromResult(List(arguments)))
            {
                ParameterSets =
                [
                    [],
                    [s_event],
                    [s_event, s_socket],
                ],
                Help = "The subscriptions: all, to one event, or of one socket.",
            },
        ];

    private MiResult Subscribe(MiArguments arguments)
    {
        int expire = arguments.Has("expire") ? arguments.Number("expire") : DefaultExpire;
        if (expire < 0)
            return MiErrors.Invalid("Negative expire value");
        string name = arguments.Text("event");
        if (!ReferenceEvent.Names.Contains(name) || !DatagramSubscribers.TryParse(arguments.Text("socket"), out IPEndPoint? place))
            return MiResult.Error(400, "Bad parameter value");
        if (expire == 0)
            return Unsubscribe(arguments);
        if (!subscribers.IsAllowed(place.Address))
            return MiResult.Error(403, "Address not allowed");
        return subscribers.Subscribe(name, place, Math.Min(expire, LongestExpire))
            ? MiResult.Ok
            : MiResult.Error(503, "Too many subscribers");
    }

    private MiResult Unsubscribe(MiArguments arguments)
    {
        if (!DatagramSubscribers.TryParse(arguments.Text("socket"), out IPEndPoint? place))
            return MiResult.Error(400, "Bad parameter value");
        return subscribers.Unsubscribe(arguments.Text("event"), place) ? MiResult.Ok : MiResult.Error(404, "Subscriber does not exist");
    }

    private static MiResult Events() =>
        MiResult.Json(static json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("Events"u8);
            for (int i = 0; i < ReferenceEvent.Names.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, ReferenceEvent.Names[i]);
                json.WriteNumber("id"u8, i);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    private MiResult List(MiArguments arguments)
    {
        List<DatagramSubscriber> all = [.. subscribers.Current];
        if (arguments.TextOrNull("event") is not { } name)
            return MiResult.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("Events"u8);
                foreach (IGrouping<string, DatagramSubscriber> group in all.GroupBy(static one => one.Event))
                    Write(json, group.Key, [.. group]);
                json.WriteEndArray();
                json.WriteEndObject();
            });
        if (!ReferenceEvent.Names.Contains(name))
            return MiResult.Error(404, "Event not published");
        List<DatagramSubscriber> ofEvent = all.FindAll(one => one.Event == name);
        if (arguments.TextOrNull("socket") is not { } socket)
            return Event(json => Write(json, name, ofEvent));
        if (!DatagramSubscribers.TryParse(socket, out IPEndPoint? place) || ofEvent.Find(one => one.Place.Equals(place)) is not { } found)
            return MiResult.Error(404, "Subscriber does not exist");
        return Event(json =>
        {
            WriteHead(json, name);
            json.WritePropertyName("Subscriber"u8);
            Write(json, found);
            json.WriteEndObject();
        });
    }

    private static MiResult Event(Action<Utf8JsonWriter> write) =>
        MiResult.Json(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("Event"u8);
            write(json);
            json.WriteEndObject();
        });

    /// <summary>An event without subscribers is an empty object, as in OpenSIPS.</summary>
    private static void Write(Utf8JsonWriter json, string name, List<DatagramSubscriber> ofEvent)
    {
        if (ofEvent.Count == 0)
        {
            json.WriteStartObject();
            json.WriteEndObject();
            return;
        }

        WriteHead(json, name);
        json.WriteStartArray("Subscribers"u8);
        foreach (DatagramSubscriber one in ofEvent)
            Write(json, one);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteNumber("id"u8, ReferenceEvent.Names.ToList().IndexOf(name));
    }

    private static void Write(Utf8JsonWriter json, DatagramSubscriber one)
    {
        json.WriteStartObject();
        json.WriteString("socket"u8, one.Socket);
        json.WriteNumber("expire"u8, one.Seconds);
        json.WriteEndObject();
    }
}
